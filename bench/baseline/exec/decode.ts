/** From an instruction's bits to a slot (exec/code-page), by the instruction table. */
import { EXTENSION_BITS } from '../../../isa/extensions.js';
import { isHot, opOf } from '../../../isa/ops.js';
import type { Row } from '../../../isa/row.js';
import { expand, findRow } from '../../../isa/table.js';
import { NUMBERS, Op } from './op.js';

const C = 1n << BigInt(EXTENSION_BITS.C);

/** Bytes of the instruction that begins with these bits (Unprivileged 1.5). */
export function lengthOf(raw: number): number {
  return (raw & 3) === 3 ? 4 : 2;
}

/** The B-type immediate (Unprivileged 2.3). */
export function branchDisplacement(word: number): number {
  return (
    ((word >> 31) << 12) | ((word << 4) & 0x800) | ((word >> 20) & 0x7e0) | ((word >> 7) & 0x1e)
  );
}

/** The J-type immediate (Unprivileged 2.3). */
export function jumpDisplacement(word: number): number {
  return ((word >> 31) << 20) | (word & 0xf_f000) | ((word >> 9) & 0x800) | ((word >> 20) & 0x7fe);
}

/** Of a branch or jump its displacement. */
function immediateOf(row: Row, word: number): number {
  switch (row.shape) {
    case 'immediate':
    case 'load':
    case 'floatLoad':
    case 'jumpRegister':
      return word >> 20;
    case 'shift':
      return (word >> 20) & 63;
    case 'upper':
      return word & ~0xfff;
    case 'store':
      return ((word >> 25) << 5) | ((word >> 7) & 31);
    case 'branch':
      return branchDisplacement(word);
    case 'jump':
      return jumpDisplacement(word);
    default:
      return 0;
  }
}

/** Without C, a jump whose target is, or may be, no multiple of four may trap (Unprivileged 2.5). */
function mayMisalign(row: Row, immediate: number, extensions: bigint): boolean {
  if ((extensions & C) !== 0n) return false;
  if (row.shape === 'jumpRegister') return true;
  return (row.shape === 'branch' || row.shape === 'jump') && (immediate & 3) !== 0;
}

/** What an instruction's bits decode to, wherever in a page they stand. */
interface Decoded {
  /** The slot's first word. */
  readonly head: number;
  readonly operand: number;
  /** The operand is a displacement, which in a slot becomes an offset in the page. */
  readonly relative: boolean;
}

function analyze(raw: number, extensions: bigint): Decoded {
  const length = lengthOf(raw);
  const row = findRow(raw, extensions);
  if (row === undefined)
    return { head: Op.ILLEGAL | (length << 29), operand: raw, relative: false };
  const word = expand(row, raw) | 0;
  const name = opOf(row, raw);
  const immediate = immediateOf(row, word);
  const rd = (word >>> 7) & 31;
  let rs1 = (word >>> 15) & 31;
  const rs2 = (word >>> 20) & 31;
  let op = NUMBERS.get(name) ?? Op.ILLEGAL;
  let operand = immediate;
  let relative = row.shape === 'branch' || row.shape === 'jump';
  if (!isHot(name) || mayMisalign(row, immediate, extensions)) {
    if (isHot(name)) op = Op.MISALIGNED_JUMP;
    operand = word;
    relative = false;
  } else if (op === Op.MV && row.op === 'ADD') {
    // add rd, x0, rs2 is what c.mv expands to.
    rs1 = rs2;
  }
  const head = op | (rd << 9) | (rs1 << 15) | (rs2 << 21) | (length << 29);
  return { head, operand, relative };
}

/** Code repeats itself: what was analyzed, by extensions and bits. */
const known = new Map<bigint, Map<number, Decoded>>();
/** Of each set of extensions at most; a guest can make up as many words as it likes. */
const KNOWN_MOST = 1 << 16;

function recall(raw: number, extensions: bigint): Decoded {
  let words = known.get(extensions);
  if (words === undefined) {
    words = new Map();
    known.set(extensions, words);
  }
  let decoded = words.get(raw);
  if (decoded === undefined) {
    decoded = analyze(raw, extensions);
    if (words.size >= KNOWN_MOST) words.clear();
    words.set(raw, decoded);
  }
  return decoded;
}

/**
 * Decodes one instruction into the slot at `slots[pageOffset]`.
 *
 * @param raw the 32-bit word, or the 16-bit one with the upper half zero
 */
export function decode(
  raw: number,
  pageOffset: number,
  slots: Int32Array,
  extensions: bigint,
): void {
  const { head, operand, relative } = recall(raw, extensions);
  slots[pageOffset] = head;
  slots[pageOffset + 1] = relative ? pageOffset + operand : operand;
}
