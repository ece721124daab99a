import { extract, FIELDS } from './fields.js';
import type { Row } from './row.js';
import { expand, findRow, ROWS } from './table.js';

/**
 * The core's op ids: what byte 0 of a decoded slot says. Besides one per row there are ids for
 * what is no instruction, and for frequent special cases that execute faster on their own.
 */

/** Ids that stand for no instruction, in the order of their numbers from 0 on. */
export const STATES = [
  'UNDECODED',
  'PAGE_END',
  'STRADDLE',
  'ILLEGAL',
  'MISALIGNED_JUMP',
  'REGION',
] as const;

/** Special cases of hot rows. */
export const SPECIALS = ['NOP', 'LI', 'MV', 'J', 'JR', 'BEQZ', 'BNEZ'] as const;

/** A load whose destination is x0: it must still trap as a load does, but writes nothing. */
export const LOAD_X0 = 'LOAD_X0';

/** Whether a slot of this op holds pre-decoded operands (else it holds the whole word). */
export function isHot(op: string): boolean {
  return HOT.has(op);
}

const HOT: ReadonlySet<string> = new Set([
  ...SPECIALS,
  ...ROWS.filter((row) => row.tier === 'hot').map((row) => row.op),
]);

/** The id that the core's decoder gives an instruction, without the mark for its length. */
export function opOf(row: Row, word: number): string {
  const expanded = expand(row, word);
  const rd = extract(FIELDS.rd, expanded);
  const rs1 = extract(FIELDS.rs1, expanded);
  const rs2 = extract(FIELDS.rs2, expanded);
  const imm = extract(FIELDS.immI, expanded);
  switch (row.shape) {
    case 'register':
    case 'immediate':
    case 'shift':
    case 'upper':
      if (rd === 0) return 'NOP';
      if (row.op === 'ADDI' && rs1 === 0) return 'LI';
      if (row.op === 'ADDI' && imm === 0) return 'MV';
      if (row.op === 'ADD' && rs1 === 0) return 'MV';
      return row.op;
    case 'load':
      return rd === 0 ? LOAD_X0 : row.op;
    case 'branch':
      if (row.op === 'BEQ' && rs2 === 0) return 'BEQZ';
      if (row.op === 'BNE' && rs2 === 0) return 'BNEZ';
      return row.op;
    case 'jump':
      return rd === 0 ? 'J' : row.op;
    case 'jumpRegister':
      return rd === 0 ? 'JR' : row.op;
    default:
      return row.op;
  }
}

/** The hot ops that some 16-bit word decodes to, in the order of `hotOps`. */
function shortOps(hot: readonly string[]): string[] {
  const seen = new Set<string>();
  for (let word = 0; word < 0x10000; word++) {
    const row = (word & 3) === 3 ? undefined : findRow(word);
    if (row !== undefined) seen.add(opOf(row, word));
  }
  return hot.filter((op) => seen.has(op));
}

/** All ids: an op's number is its index. */
export interface OpNumbering {
  readonly names: readonly string[];
  /** From here on ops are of the slow tier. */
  readonly firstSlow: number;
  /** From here on ops are the two-byte forms of hot ops, named `<OP>_2`. */
  readonly firstShort: number;
}

/** Numbers the ops: states, hot ops, slow ops, two-byte forms. Throws if a byte cannot hold them. */
export function numberOps(): OpNumbering {
  const hot = [...HOT];
  const slow = [
    LOAD_X0,
    ...new Set(ROWS.filter((row) => row.tier === 'slow').map((row) => row.op)),
  ];
  const short = shortOps(hot).map((op) => `${op}_2`);
  const names = [...STATES, ...hot, ...slow, ...short];
  if (names.length > 256) throw new Error(`${names.length} ops do not fit in a byte`);
  if (new Set(names).size !== names.length) throw new Error('two ops have the same name');
  const firstSlow = STATES.length + hot.length;
  return { names, firstSlow, firstShort: firstSlow + slow.length };
}
