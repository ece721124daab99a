/**
 * Fast paths of F in RNE, as native-double has them for D: done or nothing changed. Each is one operation in
 * binary64, rounded again; that equals rounding once, since binary64 has more than twice binary32's bits and two
 * (S. Figueroa, "When is double rounding innocuous?", 1995).
 */
import type { Hart } from '../hart/hart.js';
import { flags, NX, raiseInexact } from '../softfloat/flags.js';
import { errorOfSum, INFINITE_SINGLE, MIN_NORMAL_SINGLE, toOdd } from '../softfloat/native.js';

/** Half of a register that is its NaN box (Unprivileged 21.2). */
const BOX = -1;

/** f[d] = f[a] + sign * f[b]. A sum in the subnormal range is exact, and so is zero. */
export function addSingle(hart: Hart, d: number, a: number, b: number, sign: number): boolean {
  const f = hart.f;
  const f32 = hart.f32;
  if ((f[2 * a + 1] & f[2 * b + 1]) !== BOX) return false;
  const x = f32[2 * a];
  const y = sign * f32[2 * b];
  const sum = x + y;
  const result = Math.fround(sum);
  if (!(Math.abs(result) < INFINITE_SINGLE)) return false;
  if ((flags & NX) === 0) raiseInexact(result === sum ? errorOfSum(x, y, sum) : 1);
  f32[2 * d] = result;
  f[2 * d + 1] = BOX;
  return true;
}

/** The product in binary64 is exact, so that one which needs no rounding raises nothing. */
export function multiplySingle(hart: Hart, d: number, a: number, b: number): boolean {
  const f = hart.f;
  const f32 = hart.f32;
  if ((f[2 * a + 1] & f[2 * b + 1]) !== BOX) return false;
  const product = f32[2 * a] * f32[2 * b];
  const result = Math.fround(product);
  if (result !== product) {
    const size = Math.abs(result);
    if (!(size > MIN_NORMAL_SINGLE && size < INFINITE_SINGLE)) return false;
    raiseInexact(1);
  }
  f32[2 * d] = result;
  f[2 * d + 1] = BOX;
  return true;
}

export function divideSingle(hart: Hart, d: number, a: number, b: number): boolean {
  const f = hart.f;
  const f32 = hart.f32;
  if ((f[2 * a + 1] & f[2 * b + 1]) !== BOX) return false;
  const x = f32[2 * a];
  const y = f32[2 * b];
  const result = Math.fround(x / y);
  const size = Math.abs(result);
  if (size > MIN_NORMAL_SINGLE && size < INFINITE_SINGLE) raiseInexact(result * y - x);
  else if (result !== 0 || x !== 0) return false;
  f32[2 * d] = result;
  f[2 * d + 1] = BOX;
  return true;
}

/** The root of a number is never tiny, nor does it overflow. */
export function squareRootSingle(hart: Hart, d: number, a: number): boolean {
  const f = hart.f;
  const f32 = hart.f32;
  if (f[2 * a + 1] !== BOX) return false;
  const x = f32[2 * a];
  const result = Math.fround(Math.sqrt(x));
  if (!(result < INFINITE_SINGLE)) return false;
  raiseInexact(result * result - x);
  f32[2 * d] = result;
  f[2 * d + 1] = BOX;
  return true;
}

/**
 * f[d] = p * f[a] * f[b] + s * f[c], p and s being 1 or -1. The product is exact; the sum, had it been rounded to
 * odd, may be rounded once more.
 */
export function fusedSingle(
  hart: Hart,
  d: number,
  a: number,
  b: number,
  c: number,
  p: number,
  s: number,
): boolean {
  const f = hart.f;
  const f32 = hart.f32;
  if ((f[2 * a + 1] & f[2 * b + 1] & f[2 * c + 1]) !== BOX) return false;
  const product = p * f32[2 * a] * f32[2 * b];
  const z = s * f32[2 * c];
  const sum = product + z;
  const part = sum - product;
  const error = product - (sum - part) + (z - part);
  let result = Math.fround(sum);
  if (result !== sum || error !== 0) {
    // Only where the rounded sum lies halfway between two numbers does its error decide.
    const other = sum + (sum - result);
    if (error !== 0 && Math.fround(other) === other) result = Math.fround(toOdd(sum, error));
    const size = Math.abs(result);
    if (!(size > MIN_NORMAL_SINGLE && size < INFINITE_SINGLE)) return false;
    raiseInexact(1);
  }
  f32[2 * d] = result;
  f[2 * d + 1] = BOX;
  return true;
}
