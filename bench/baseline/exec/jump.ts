/**
 * Jumps of a hart without C, where instructions are 4-aligned: a taken jump to another target traps
 * with the target in tval and the jump's own address in epc (Unprivileged 2.5).
 */
import { FETCH_MISALIGNED } from '../hart/cause.js';
import type { Hart } from '../hart/hart.js';
import { raise } from '../hart/trap.js';
import { REDIRECT } from './outcome.js';

const JALR = 0x67;
const JAL = 0x6f;

/** J-type immediate (Unprivileged 2.3). */
function jumpOffset(word: number): number {
  const sign = (word & 0x8000_0000) >> 11;
  return sign | (word & 0xf_f000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe);
}

/** B-type immediate. */
function branchOffset(word: number): number {
  const sign = (word & 0x8000_0000) >> 19;
  const low = ((word << 4) & 0x800) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e);
  return sign | low;
}

function isTaken(hart: Hart, word: number): boolean {
  const a = ((word >>> 15) & 31) << 1;
  const b = ((word >>> 20) & 31) << 1;
  const x = hart.x;
  const invert = ((word >>> 12) & 1) !== 0;
  const kind = (word >>> 13) & 3;
  if (kind === 0) return (x[a] === x[b] && x[a + 1] === x[b + 1]) !== invert;
  if (x[a + 1] === x[b + 1]) return x[a] >>> 0 < x[b] >>> 0 !== invert;
  const isLess = kind === 2 ? x[a + 1] < x[b + 1] : x[a + 1] >>> 0 < x[b + 1] >>> 0;
  return isLess !== invert;
}

/** Executes a jump or branch whose target is, or may be, not 4-aligned. */
export function executeJump(hart: Hart, word: number): number {
  const opcode = word & 0x7f;
  const isLink = opcode === JAL || opcode === JALR;
  let low = hart.pcLow;
  let high = hart.pcHigh;
  let offset = 4;
  if (opcode === JALR) {
    const base = ((word >>> 15) & 31) << 1;
    low = hart.x[base];
    high = hart.x[base + 1];
    offset = word >> 20;
  } else if (opcode === JAL) {
    offset = jumpOffset(word);
  } else if (isTaken(hart, word)) {
    offset = branchOffset(word);
  }
  const sum = (low + offset) | 0;
  const carry = sum >>> 0 < low >>> 0 ? 1 : 0;
  const targetHigh = (high + (offset >> 31) + carry) | 0;
  const target = opcode === JALR ? sum & ~1 : sum;
  if ((target & 2) !== 0) {
    raise(hart, FETCH_MISALIGNED, target, targetHigh);
    return REDIRECT;
  }
  const rd = ((word >>> 7) & 31) << 1;
  if (isLink && rd !== 0) {
    hart.x[rd] = hart.pcLow + 4;
    hart.x[rd + 1] = hart.pcHigh + (hart.pcLow >>> 0 >= 0xffff_fffc ? 1 : 0);
  }
  hart.pcLow = target;
  hart.pcHigh = targetHigh;
  return REDIRECT;
}
