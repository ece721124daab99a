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

function immediateOf(row: Row, word: number, pageOffset: number): number {
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
      return pageOffset + branchDisplacement(word);
    case 'jump':
      return pageOffset + jumpDisplacement(word);
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
  const length = lengthOf(raw);
  const row = findRow(raw, extensions);
  if (row === undefined) {
    slots[pageOffset] = Op.ILLEGAL | (length << 29);
    slots[pageOffset + 1] = raw;
    return;
  }
  const word = expand(row, raw) | 0;
  const name = opOf(row, raw);
  const immediate = immediateOf(row, word, pageOffset);
  const rd = (word >>> 7) & 31;
  let rs1 = (word >>> 15) & 31;
  const rs2 = (word >>> 20) & 31;
  let op = NUMBERS.get(name) ?? Op.ILLEGAL;
  let operand = immediate;
  if (!isHot(name)) {
    operand = word;
  } else if (mayMisalign(row, immediate, extensions)) {
    op = Op.MISALIGNED_JUMP;
    operand = word;
  } else if (op === Op.MV && row.op === 'ADD') {
    // add rd, x0, rs2 is what c.mv expands to.
    rs1 = rs2;
  }
  slots[pageOffset] = op | (rd << 9) | (rs1 << 15) | (rs2 << 21) | (length << 29);
  slots[pageOffset + 1] = operand;
}
