import { FIELDS, type FieldName, fieldMask, insert } from '../../../isa/fields.js';
import type { Row } from '../../../isa/row.js';
import { expand, findRow, rowNamed } from '../../../isa/table.js';
import type { Image } from '../code.js';
import type { Random } from '../random.js';

/**
 * Each case owns one record of RAM, 128 bytes:
 *
 * ```
 * 0   operands: up to three
 * 24  fcsr before
 * 32  the destination register afterwards
 * 40  fcsr afterwards
 * 48  jumps: where control went, 1 on and 2 to the target
 * 56  the CSR read back; the destination of an LR before an SC
 * 64  memory that the instruction may change
 * ```
 */
export const RECORD = {
  operands: 0,
  fcsrBefore: 24,
  destination: 32,
  fcsrAfter: 40,
  way: 48,
  extra: 56,
  scratch: 64,
  size: 128,
} as const;
export const SCRATCH_SIZE = RECORD.size - RECORD.scratch;

/** One execution of one instruction. */
export interface OperandCase {
  /** The row's name, or `illegal`. */
  readonly name: string;
  readonly word: number;
  /** Offsets in RAM of its record and of the instruction itself. */
  readonly record: number;
  readonly at: number;
  /** Bits that are compared of the destination, and of the CSR read back; all unless given. */
  readonly masks?: { readonly destination: bigint; readonly extra: bigint };
}

/** What cases are written to, and with which luck. */
export interface Setting {
  readonly image: Image;
  readonly random: Random;
  /** Whether the CPU has C. */
  readonly compressed: boolean;
}

/** A case under construction: its instruction and the registers it leaves to the harness. */
export interface Draft extends Setting {
  readonly row: Row;
  readonly word: number;
  /** The 32-bit row and word that a compressed instruction stands for, else its own. */
  readonly target: Row;
  readonly expanded: number;
  readonly record: number;
  /** Points to the record. */
  readonly pointer: number;
  /** Free for the harness. */
  readonly temporary: number;
}

/** The operands that a row names, in its order. */
export function fieldsOf(row: Row): FieldName[] {
  return row.operands.split(/[,()]/).filter((name): name is FieldName => name in FIELDS);
}

export function has(row: Row, field: FieldName): boolean {
  return fieldsOf(row).includes(field);
}

/** Random operand bits around the row's fixed ones, never a reserved encoding. */
export function randomWord(row: Row, random: Random): number {
  for (;;) {
    const length = row.length === 4 ? 0xffffffff : 0xffff;
    const word = ((random.u32() & ~row.mask & length) | row.match) >>> 0;
    if (findRow(word) === row) return word;
  }
}

/** `word` with one operand replaced. */
export function withField(word: number, field: FieldName, value: number): number {
  return ((word & ~fieldMask(FIELDS[field])) | insert(FIELDS[field], value)) >>> 0;
}

export function register(
  word: number,
  field: 'rd' | 'rs1' | 'rs2' | 'fd' | 'fs1' | 'fs2' | 'fs3',
): number {
  const [slice] = FIELDS[field].slices;
  return slice === undefined ? 0 : (word >>> slice[0]) & 31;
}

/** Starts a case: the pointer to its record is set up, nothing else. */
export function draft(setting: Setting, row: Row, word: number, record: number): Draft {
  const { image, random, compressed } = setting;
  const expanded = expand(row, word);
  const target = row.expands === undefined ? row : (rowNamed(row.expands.name) ?? row);
  const used = new Set([
    0,
    ...(['rd', 'rs1', 'rs2'] as const).map((name) => register(expanded, name)),
  ]);
  const free = Array.from({ length: 32 }, (_, n) => n).filter((n) => !used.has(n));
  const pointer = random.pick(free);
  const temporary = random.pick(free.filter((n) => n !== pointer));
  // Both alignments of a 32-bit instruction are common with C.
  if (compressed && random.oneIn(2)) image.emit('c.nop');
  image.pointer(pointer, record);
  return { ...setting, row, word, target, expanded, record, pointer, temporary };
}

/** Loads an operand from the record's slot `index`, which gets `value`. */
export function loadInteger(draft: Draft, rd: number, index: number, value: bigint): void {
  const offset = RECORD.operands + 8 * index;
  draft.image.set64(draft.record + offset, BigInt.asUintN(64, value));
  if (rd !== 0) draft.image.emit('ld', { rd, rs1: draft.pointer, immI: offset });
}

/** Stores the destination into the record. */
export function finish(draft: Draft): void {
  const { image, pointer, target, expanded } = draft;
  const immS = RECORD.destination;
  if (has(target, 'rd')) image.emit('sd', { rs1: pointer, rs2: register(expanded, 'rd'), immS });
  if (has(target, 'fd')) image.emit('fsd', { rs1: pointer, fs2: register(expanded, 'fd'), immS });
}

/** Appends the instruction; its offset. */
export function execute({ image, row, word }: Draft): number {
  const at = image.at;
  image.raw(word, row.length);
  return at;
}
