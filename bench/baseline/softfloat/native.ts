/**
 * Fast paths by native arithmetic, which rounds as RNE and is exact IEEE 754 but has no flags. A result above the
 * smallest normal and below infinity raises nothing but NX; and whether NX, the rounding error itself tells,
 * which binary64 holds exactly away from overflow and underflow.
 *
 * Each function takes the operands in RNE. It yields the result, all flags being raised, or NaN when it does not
 * prove them: the exact operation then decides. The result of an operation on NaNs is never proven.
 */
import { flags, NX, raiseInexact } from './flags.js';

const MIN_NORMAL = 2 ** -1022;
const MIN_NORMAL_SINGLE = 2 ** -126;
const INFINITE_SINGLE = 2 ** 128;

/** Below it no sum of two overflows, nor do the steps of `errorOfSum`. */
const GREATEST_ADDEND = 2 ** 1022;
/** Below it no factor overflows when `highHalf` scales it. */
const GREATEST_FACTOR = 2 ** 990;
/** Above it the product of two last places is a number; below the other, so is that of two high halves. */
const LEAST_PRODUCT = 2 ** -960;
const GREATEST_PRODUCT = 2 ** 1020;

/** Normal, finite and not the smallest normal, to which a tiny number might have been rounded. */
export function isPlain(x: number): boolean {
  const size = Math.abs(x);
  return size > MIN_NORMAL && size < Number.POSITIVE_INFINITY;
}

/** The same of a binary32 number. */
export function isPlainSingle(x: number): boolean {
  const size = Math.abs(x);
  return size > MIN_NORMAL_SINGLE && size < INFINITE_SINGLE;
}

/** x + y - sum, where sum is the rounded x + y: exact (Knuth's TwoSum). */
export function errorOfSum(x: number, y: number, sum: number): number {
  const partOfY = sum - x;
  return x - (sum - partOfY) + (y - partOfY);
}

/** x * y - product, where product is the rounded x * y: exact (Dekker), away from underflow. */
export function errorOfProduct(x: number, y: number, product: number): number {
  const xHigh = highHalf(x);
  const xLow = x - xHigh;
  const yHigh = highHalf(y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/** x rounded to 26 bits (Veltkamp); the rest has 26 bits too. */
function highHalf(x: number): number {
  const scaled = x * 134_217_729;
  return scaled - (scaled - x);
}

function isModerateProduct(x: number, y: number, product: number): boolean {
  const size = Math.abs(product);
  return (
    size > LEAST_PRODUCT &&
    size < GREATEST_PRODUCT &&
    Math.abs(x) < GREATEST_FACTOR &&
    Math.abs(y) < GREATEST_FACTOR
  );
}

/** x + y. A sum in the subnormal range is exact, and so is zero. */
export function addDouble(x: number, y: number): number {
  const sum = x + y;
  if ((flags & NX) !== 0) return Math.abs(sum) < Number.POSITIVE_INFINITY ? sum : Number.NaN;
  if (!(Math.abs(x) < GREATEST_ADDEND && Math.abs(y) < GREATEST_ADDEND)) return Number.NaN;
  raiseInexact(errorOfSum(x, y, sum));
  return sum;
}

export function multiplyDouble(x: number, y: number): number {
  const product = x * y;
  if (product === 0 && (x === 0 || y === 0)) return product;
  if (!isPlain(product)) return Number.NaN;
  if ((flags & NX) === 0) {
    if (!isModerateProduct(x, y, product)) return Number.NaN;
    raiseInexact(errorOfProduct(x, y, product));
  }
  return product;
}

/** x / y. Where the product of the rounded quotient and y is x and has no error, the quotient was exact. */
export function divideDouble(x: number, y: number): number {
  const quotient = x / y;
  if (quotient === 0 && x === 0) return quotient;
  if (!isPlain(quotient)) return Number.NaN;
  if ((flags & NX) === 0) return inexactUnless(quotient, y, x);
  return quotient;
}

export function squareRootDouble(x: number): number {
  if (x === 0) return x;
  const root = Math.sqrt(x);
  if (!isPlain(root)) return Number.NaN;
  if ((flags & NX) === 0) return inexactUnless(root, root, x);
  return root;
}

/** The result, with NX unless result * y = x. */
function inexactUnless(result: number, y: number, x: number): number {
  const product = result * y;
  if (!isModerateProduct(result, y, product)) return Number.NaN;
  raiseInexact(product === x ? errorOfProduct(result, y, product) : 1);
  return result;
}

// Binary32 by one operation in binary64, rounded again: that equals rounding once, since binary64 has more than
// twice the bits and two (S. Figueroa, "When is double rounding innocuous?", 1995).

export function addSingle(x: number, y: number): number {
  const sum = x + y;
  const result = Math.fround(sum);
  if (!(Math.abs(result) < INFINITE_SINGLE)) return Number.NaN;
  raiseInexact(result === sum ? errorOfSum(x, y, sum) : 1);
  return result;
}

/** The product in binary64 is exact, so that one which needs no rounding raises nothing. */
export function multiplySingle(x: number, y: number): number {
  const product = x * y;
  const result = Math.fround(product);
  if (result === product) return result;
  if (!isPlainSingle(result)) return Number.NaN;
  raiseInexact(1);
  return result;
}

export function divideSingle(x: number, y: number): number {
  const result = Math.fround(x / y);
  if (result === 0 && x === 0) return result;
  if (!isPlainSingle(result)) return Number.NaN;
  raiseInexact(result * y - x);
  return result;
}

export function squareRootSingle(x: number): number {
  if (x === 0) return x;
  const result = Math.fround(Math.sqrt(x));
  if (!isPlainSingle(result)) return Number.NaN;
  raiseInexact(result * result - x);
  return result;
}
