/** a * b + c by native arithmetic in RNE, with exact rounding errors; results as those of `native`. */
import { flags, NX, raiseInexact } from './flags.js';
import { errorOfProduct, errorOfSum, isPlainSingle, multiplyDouble } from './native.js';

/** Sizes whose products and errors stay far from overflow and underflow. */
const LEAST_FACTOR = 2 ** -400;
const GREATEST_FACTOR = 2 ** 400;
const LEAST_ADDEND = 2 ** -800;
const GREATEST_ADDEND = 2 ** 800;

/** A number and, in the same bytes, its halves. */
const scratch = new Float64Array(1);
const halves = new Int32Array(scratch.buffer);

/** In binary64 the product is exact; the sum rounded to odd there may be rounded once more. */
export function fusedSingle(x: number, y: number, z: number): number {
  const product = x * y;
  const sum = product + z;
  const error = errorOfSum(product, z, sum);
  const odd = toOdd(sum, error);
  const result = Math.fround(odd);
  // A sum that was rounded is odd, so that binary32 cannot hold it.
  if (result === odd) return result;
  if (!isPlainSingle(result)) return Number.NaN;
  raiseInexact(1);
  return result;
}

/**
 * The product as a sum of two numbers, then the sum of three: the two high parts are added with their errors,
 * the errors are added to odd, and only the last addition rounds (S. Boldo and G. Melquiond, "Emulation of a FMA
 * and correctly rounded sums", 2008). Errors whose sum is inexact are too fine for the result: it is so too.
 */
export function fusedDouble(x: number, y: number, z: number): number {
  const a = Math.abs(x);
  const b = Math.abs(y);
  const c = Math.abs(z);
  if (
    !(a >= LEAST_FACTOR && a <= GREATEST_FACTOR && b >= LEAST_FACTOR && b <= GREATEST_FACTOR) ||
    !(c >= LEAST_ADDEND && c <= GREATEST_ADDEND)
  ) {
    return fusedWithZero(x, y, z);
  }
  const product = x * y;
  const productError = errorOfProduct(x, y, product);
  const low = z + productError;
  const lowError = errorOfSum(z, productError, low);
  const high = product + low;
  const highError = errorOfSum(product, low, high);
  const error = lowError + highError;
  const lost = errorOfSum(lowError, highError, error);
  const odd = toOdd(error, lost);
  const result = high + odd;
  if ((flags & NX) === 0) raiseInexact(lost !== 0 ? lost : errorOfSum(high, odd, result));
  return result;
}

/** With a zero in it there is one operation at most that rounds. */
function fusedWithZero(x: number, y: number, z: number): number {
  if (x === 0 || y === 0) {
    const sum = x * y + z;
    return Math.abs(sum) < Number.POSITIVE_INFINITY ? sum : Number.NaN;
  }
  return z === 0 ? multiplyDouble(x, y) : Number.NaN;
}

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
