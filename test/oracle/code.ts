import { FIELDS, type FieldName, insert } from '../../isa/fields.js';
import type { Row } from '../../isa/row.js';
import { rowNamed } from '../../isa/table.js';

/** RAM of the board begins here; so do the programs (Hartwood's memory map is QEMU's `virt`). */
export const ORIGIN = 0x8000_0000;

/** The row of an instruction that exists. */
export function known(name: string): Row {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`the table has no ${name}`);
  return row;
}

/** An instruction word: the row's fixed bits and the given operands; signed fields take negatives. */
export function encode(name: string, fields: Partial<Record<FieldName, number>> = {}): number {
  let word = known(name).match;
  for (const [field, value] of Object.entries(fields)) {
    word |= insert(FIELDS[field as FieldName], value);
  }
  return word >>> 0;
}

/** A program's memory as it is built: bytes from ORIGIN on, and where code is appended. */
export class Image {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Offset from ORIGIN of the next instruction. */
  at: number;

  constructor(size: number, codeOffset: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.at = codeOffset;
  }

  /** The next instruction's address. */
  get address(): number {
    return ORIGIN + this.at;
  }

  /** Appends an instruction of two or four bytes. */
  word(word: number): void {
    if ((word & 3) === 3) {
      this.view.setUint32(this.at, word, true);
      this.at += 4;
    } else {
      this.view.setUint16(this.at, word, true);
      this.at += 2;
    }
  }

  emit(name: string, fields: Partial<Record<FieldName, number>> = {}): void {
    this.word(encode(name, fields));
  }

  /** Appends an instruction of exactly these bytes, whatever its low bits say. */
  raw(word: number, length: 2 | 4): void {
    if (length === 4) this.view.setUint32(this.at, word, true);
    else this.view.setUint16(this.at, word, true);
    this.at += length;
  }

  /** `rd` = ORIGIN + offset, two instructions. */
  pointer(rd: number, offset: number): void {
    const distance = offset - this.at;
    this.emit('auipc', { rd, immU: ((distance + 0x800) >> 12) & 0xfffff });
    this.emit('addi', { rd, rs1: rd, immI: (distance << 20) >> 20 });
  }

  /** Makes the jump at `from`, of four bytes kept free, lead here. */
  jumpHere(from: number): void {
    this.view.setUint32(from, encode('jal', { immJ: this.at - from }), true);
  }

  set64(offset: number, value: bigint): void {
    this.view.setBigUint64(offset, value, true);
  }

  set16(offset: number, value: number): void {
    this.view.setUint16(offset, value, true);
  }

  set32(offset: number, value: number): void {
    this.view.setUint32(offset, value, true);
  }

  get32(offset: number): number {
    return this.view.getUint32(offset, true);
  }

  get64(offset: number): bigint {
    return this.view.getBigUint64(offset, true);
  }

  /** Puts bytes, such as the assembler's, at `offset`. */
  copy(bytes: Uint8Array, offset: number): void {
    this.bytes.set(bytes, offset);
  }
}
