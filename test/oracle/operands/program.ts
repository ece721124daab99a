import { hasExtensions } from '../../../isa/extensions.js';
import type { Row } from '../../../isa/row.js';
import { instructionLength } from '../../../isa/table.js';
import { Image } from '../code.js';
import type { ComparedCpu } from '../cpu.js';
import type { CsrRule } from '../deviations.js';
import type { Random } from '../random.js';
import { controlCase } from './control.js';
import { FINISH, harness, LOG_ENTRY } from './harness.js';
import { memoryCase } from './memory.js';
import { plainCase } from './plain.js';
import { draft, type OperandCase, RECORD, randomWord, register, type Setting } from './record.js';
import { csrCase, csrNumberCase, waitCase } from './system.js';

const MIB = 1 << 20;

/**
 * The program's RAM:
 *
 * ```
 * 0        start, trap handler and its state
 * CODE     the cases
 * RECORDS  their records
 * LOG      32 bytes a trap
 * ```
 */
const CODE = 0x1000;
const RECORDS = 16 * MIB;
const LOG = 24 * MIB;
const SIZE = 28 * MIB;

/** A finished program: run it until it stops, then compare its records and its log. */
export interface OperandProgram {
  readonly bytes: Uint8Array;
  readonly cpu: ComparedCpu;
  readonly cases: readonly OperandCase[];
  readonly logOffset: number;
}

/** Builds programs out of cases until one is full. */
export class ProgramBuilder {
  private readonly image = new Image(SIZE, 0);
  private readonly cases: OperandCase[] = [];

  constructor(private readonly cpu: ComparedCpu) {
    this.image.copy(harness({ code: CODE, log: LOG }), 0);
    this.image.at = CODE;
  }

  get full(): boolean {
    return (
      this.image.at > RECORDS - 3 * MIB ||
      RECORDS + (this.cases.length + 1) * RECORD.size > LOG ||
      LOG + (this.cases.length + 1) * LOG_ENTRY > SIZE
    );
  }

  get empty(): boolean {
    return this.cases.length === 0;
  }

  /** Appends one case of `row`. */
  add(row: Row, random: Random): void {
    const compressed = hasExtensions(this.cpu.extensions, ['C']);
    this.cases.push(build({ image: this.image, random, compressed }, row, this.nextRecord));
  }

  /** Appends the execution of a word that is no instruction of the compared CPU. */
  addIllegal(word: number, name: string): void {
    this.cases.push({ name, word, record: this.nextRecord, at: this.image.at });
    this.image.raw(word, instructionLength(word));
  }

  /** Appends a read of whatever the CSR number means; `compare` bits of it count, or what its rule says. */
  addCsrRead(number: number, name: string, random: Random, compare?: bigint): void {
    const setting = { image: this.image, random, compressed: true };
    this.cases.push(csrNumberCase(setting, number, name, this.nextRecord, compare));
  }

  /** Sets all bits of a CSR that can be set. */
  fillCsr(number: number): void {
    this.image.emit('addi', { rd: 31, immI: -1 });
    this.image.emit('csrrw', { rs1: 31, csr: number });
  }

  /** Appends an access to one of some CSRs, by one of the CSR instructions. */
  addCsrAccess(row: Row, random: Random, rules: readonly CsrRule[], name: string): void {
    const setting = { image: this.image, random, compressed: true };
    const started = draft(setting, row, randomWord(row, random), this.nextRecord);
    this.cases.push({ ...csrCase(started, rules), name });
  }

  private get nextRecord(): number {
    return RECORDS + this.cases.length * RECORD.size;
  }

  finish(): OperandProgram {
    const { image } = this;
    image.pointer(31, FINISH);
    image.emit('jalr', { rs1: 31 });
    return {
      bytes: image.bytes,
      cpu: this.cpu,
      cases: this.cases,
      logOffset: LOG,
    };
  }
}

function build(setting: Setting, row: Row, record: number): OperandCase {
  for (;;) {
    const word = randomWord(row, setting.random);
    const rs1 = register(word, 'rs1');
    // A jump through x0 would leave the program; SC elsewhere than the reservation is unsettled.
    if ((row.name === 'jalr' || row.name.startsWith('sc.')) && rs1 === 0) continue;
    const started = draft(setting, row, word, record);
    const { target } = started;
    switch (target.shape) {
      case 'branch':
      case 'jump':
      case 'jumpRegister':
        return controlCase(started);
      case 'load':
      case 'floatLoad':
      case 'store':
        return memoryCase(started);
      default:
        if (target.extensions.includes('A')) return memoryCase(started);
        if (target.extensions.includes('ZICSR')) return csrCase(started);
        if (target.name === 'wfi') return waitCase(started);
        return plainCase(started);
    }
  }
}
