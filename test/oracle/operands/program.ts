import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { hasExtensions } from '../../../isa/extensions.js';
import type { Row } from '../../../isa/row.js';
import { instructionLength } from '../../../isa/table.js';
import { Image, ORIGIN } from '../code.js';
import type { ComparedCpu } from '../cpu.js';
import type { Random } from '../random.js';
import { controlCase } from './control.js';
import { memoryCase } from './memory.js';
import { plainCase } from './plain.js';
import { draft, type OperandCase, RECORD, randomWord, register, type Setting } from './record.js';
import { csrCase, csrNumberCase, waitCase } from './system.js';

const MIB = 1 << 20;

/**
 * The program's RAM:
 *
 * ```
 * 0        start and trap handler        STATE  the handler's registers and log pointer
 * CODE     the cases                     RECORDS  their records     LOG  32 bytes a trap
 * ```
 */
const STATE = 0x800;
const CODE = 0x1000;
const RECORDS = 16 * MIB;
const LOG = 24 * MIB;
export const LOG_ENTRY = 32;
const SIZE = 28 * MIB;

/** The number of a CSR that exists. */
function csr(name: string): number {
  const number = CSR_NUMBERS.get(name);
  if (number === undefined) throw new Error(`there is no CSR ${name}`);
  return number;
}

const FINISHER = 0x10_0000;
const MTIMECMP = 0x200_4000;

/** A finished program: run it until it stops, then compare its records and its log. */
export interface OperandProgram {
  readonly bytes: Uint8Array;
  readonly cpu: ComparedCpu;
  readonly cases: readonly OperandCase[];
  readonly logOffset: number;
  readonly stateOffset: number;
}

/** Builds programs out of cases until one is full. */
export class ProgramBuilder {
  private readonly image = new Image(SIZE, 0);
  private readonly cases: OperandCase[] = [];

  constructor(private readonly cpu: ComparedCpu) {
    start(this.image);
    if (this.image.at > STATE) throw new Error('the start code has outgrown its place');
    this.image.set64(STATE + 16, BigInt(ORIGIN + LOG));
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

  /** Appends a read of whatever the CSR number means. */
  addCsrRead(number: number, name: string, random: Random): void {
    const setting = { image: this.image, random, compressed: true };
    this.cases.push(csrNumberCase(setting, number, name, this.nextRecord));
  }

  private get nextRecord(): number {
    return RECORDS + this.cases.length * RECORD.size;
  }

  finish(): OperandProgram {
    const { image } = this;
    image.emit('lui', { rd: 5, immU: FINISHER >> 12 });
    image.emit('lui', { rd: 6, immU: 5 });
    image.emit('addi', { rd: 6, rs1: 6, immI: 0x555 });
    image.emit('sw', { rs1: 5, rs2: 6 });
    image.emit('jal');
    return {
      bytes: image.bytes,
      cpu: this.cpu,
      cases: this.cases,
      logOffset: LOG,
      stateOffset: STATE,
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

/**
 * Sets the machine up and installs the trap handler, which logs cause, epc, tval and status and goes
 * on behind the instruction.
 */
function start(image: Image): void {
  const [a, b, c] = [31, 30, 29];
  image.at = 4;
  image.emit('csrrw', { rd: a, rs1: a, csr: csr('mscratch') });
  image.emit('sd', { rs1: a, rs2: b, immS: 0 });
  image.emit('sd', { rs1: a, rs2: c, immS: 8 });
  image.emit('ld', { rd: b, rs1: a, immI: 16 });
  for (const [slot, name] of ['mcause', 'mepc', 'mtval', 'mstatus'].entries()) {
    image.emit('csrrs', { rd: c, csr: csr(name) });
    image.emit('sd', { rs1: b, rs2: c, immS: 8 * slot });
  }
  image.emit('addi', { rd: b, rs1: b, immI: LOG_ENTRY });
  image.emit('sd', { rs1: a, rs2: b, immS: 16 });
  // The instruction's length: 4 when both low bits are set, else 2.
  image.emit('csrrs', { rd: c, csr: csr('mepc') });
  image.emit('lhu', { rd: b, rs1: c });
  image.emit('andi', { rd: b, rs1: b, immI: 3 });
  image.emit('sltiu', { rd: b, rs1: b, immI: 3 });
  image.emit('xori', { rd: b, rs1: b, immI: 1 });
  image.emit('sh1add', { rd: c, rs1: b, rs2: c });
  image.emit('addi', { rd: c, rs1: c, immI: 2 });
  image.emit('csrrw', { rs1: c, csr: csr('mepc') });
  image.emit('ld', { rd: b, rs1: a, immI: 0 });
  image.emit('ld', { rd: c, rs1: a, immI: 8 });
  image.emit('csrrw', { rd: a, rs1: a, csr: csr('mscratch') });
  image.emit('mret');

  image.jumpHere(0);
  image.pointer(a, 4);
  image.emit('csrrw', { rs1: a, csr: csr('mtvec') });
  image.pointer(a, STATE);
  image.emit('csrrw', { rs1: a, csr: csr('mscratch') });
  // FS = Dirty; all counters readable; the timer pending from now on.
  image.emit('lui', { rd: a, immU: 6 });
  image.emit('csrrw', { rs1: a, csr: csr('mstatus') });
  image.emit('addi', { rd: a, immI: 7 });
  image.emit('csrrw', { rs1: a, csr: csr('mcounteren') });
  image.emit('csrrw', { csr: csr('mie') });
  image.emit('csrrw', { csr: csr('menvcfg') });
  // No reset value is given for it (Sstc 2.1).
  image.emit('addi', { rd: a, immI: -1 });
  image.emit('csrrw', { rs1: a, csr: csr('stimecmp') });
  image.emit('lui', { rd: a, immU: MTIMECMP >> 12 });
  image.emit('sd', { rs1: a, rs2: 0 });
  for (let n = 0; n < 32; n++) image.emit('fmv.d.x', { fd: n });
  for (let n = 1; n < 32; n++) image.emit('addi', { rd: n });
  image.jumpTo(CODE);
}
