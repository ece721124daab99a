/**
 * Rounding errors of native arithmetic, which rounds as RNE and is exact IEEE 754 but has no flags. Two facts make
 * it enough for most instructions: a result above the smallest normal and below infinity raises nothing but NX;
 * and whether NX, the rounding error tells, which binary64 holds exactly away from overflow and underflow.
 */

/** Results above it were not tiny before rounding; the number itself may have been. */
export const MIN_NORMAL = 2 ** -1022;
export const MIN_NORMAL_SINGLE = 2 ** -126;
/** What is not below it is no finite binary32 number. */
export const INFINITE_SINGLE = 2 ** 128;

/** Below it no sum of two overflows, nor do the steps of `errorOfSum`. */
export const GREATEST_ADDEND = 2 ** 1022;
/** Below it no factor overflows when `highHalf` scales it. */
const GREATEST_FACTOR = 2 ** 990;
/** Above it the product of two last places is a number; below the other, so is that of two high halves. */
const LEAST_PRODUCT = 2 ** -960;
const GREATEST_PRODUCT = 2 ** 1020;

/** Scales a number for its split in two halves (Veltkamp). */
export const SPLITTER = 2 ** 27 + 1;

/** x + y - sum, where sum is the rounded x + y: exact (Knuth's TwoSum). */
export function errorOfSum(x: number, y: number, sum: number): number {
  const partOfY = sum - x;
  return x - (sum - partOfY) + (y - partOfY);
}

/** x * y - product, where product is the rounded x * y: exact (Dekker), or NaN where it might not be. */
export function errorOfProduct(x: number, y: number, product: number): number {
  const size = Math.abs(product);
  if (!(size > LEAST_PRODUCT && size < GREATEST_PRODUCT)) return Number.NaN;
  if (!(Math.abs(x) < GREATEST_FACTOR && Math.abs(y) < GREATEST_FACTOR)) return Number.NaN;
  const xHigh = highHalf(x);
  const xLow = x - xHigh;
  const yHigh = highHalf(y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/** result * y - x if it is zero, else anything else; NaN where that is not known. */
export function errorOfInverse(result: number, y: number, x: number): number {
  const product = result * y;
  const error = errorOfProduct(result, y, product);
  return product === x || Number.isNaN(error) ? error : 1;
}

/** x rounded to 26 bits (Veltkamp); the rest has 26 bits too. */
function highHalf(x: number): number {
  const scaled = x * SPLITTER;
  return scaled - (scaled - x);
}

/** A number and, in the same bytes, its halves. */
const scratch = new Float64Array(1);
const halves = new Int32Array(scratch.buffer);

/** A rounded sum and its error, as rounding to odd had it: if inexact, that neighbour whose last bit is set. */
export function toOdd(sum: number, error: number): number {
  // An infinite sum has no error that is a number.
  if (!(error < 0 || error > 0)) return sum;
  scratch[0] = sum;
  const low = halves[0];
  if ((low & 1) !== 0) return sum;
  if (error > 0 === sum > 0) {
    halves[0] = low | 1;
  } else {
    halves[0] = low - 1;
    if (low === 0) halves[1]--;
  }
  return scratch[0];
}
