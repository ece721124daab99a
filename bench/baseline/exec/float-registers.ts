import type { Hart } from '../hart/hart.js';
import { bigHigh, bigLow, bigOf } from '../pair.js';
import { BINARY32, type Format } from '../softfloat/format.js';

/** Half of a single's register that is its NaN box (Unprivileged 21.2). */
const BOX = -1;
const CANONICAL_SINGLE = 0x7fc0_0000;
/** The quiet bit where it stands in a double's high half, and in a single. */
const QUIET_HIGH = 1 << 19;
const QUIET_SINGLE = 1 << 22;

/** Bits of a single; without a NaN box, of the canonical NaN (Unprivileged 21.2). */
export function singleBits(hart: Hart, n: number): number {
  return hart.f[2 * n + 1] === BOX ? hart.f[2 * n] : CANONICAL_SINGLE;
}

/** A single as a number; without a NaN box, NaN. */
export function single(hart: Hart, n: number): number {
  return hart.f[2 * n + 1] === BOX ? hart.f32[2 * n] : Number.NaN;
}

/** Writes a single that is no NaN. */
export function setSingle(hart: Hart, n: number, value: number): void {
  hart.f32[2 * n] = value;
  hart.f[2 * n + 1] = BOX;
}

export function setSingleBits(hart: Hart, n: number, bits: number): void {
  hart.f[2 * n] = bits;
  hart.f[2 * n + 1] = BOX;
}

export function setDoubleBits(hart: Hart, n: number, low: number, high: number): void {
  hart.f[2 * n] = low;
  hart.f[2 * n + 1] = high;
}

/** Writes an x register; a write of x0 is ignored. */
export function setInteger(hart: Hart, n: number, low: number, high: number): void {
  if (n === 0) return;
  hart.x[2 * n] = low;
  hart.x[2 * n + 1] = high;
}

export function isSignallingDouble(hart: Hart, n: number): boolean {
  return Number.isNaN(hart.f64[n]) && (hart.f[2 * n + 1] & QUIET_HIGH) === 0;
}

export function isSignallingSingle(hart: Hart, n: number): boolean {
  return Number.isNaN(single(hart, n)) && (singleBits(hart, n) & QUIET_SINGLE) === 0;
}

/** The bits of a register of the format. */
export function bitsOf(hart: Hart, format: Format, n: number): bigint {
  if (format === BINARY32) return BigInt(singleBits(hart, n) >>> 0);
  return bigOf(hart.f[2 * n], hart.f[2 * n + 1]);
}

export function setBits(hart: Hart, format: Format, n: number, bits: bigint): void {
  if (format === BINARY32) setSingleBits(hart, n, bigLow(bits));
  else setDoubleBits(hart, n, bigLow(bits), bigHigh(bits));
}
