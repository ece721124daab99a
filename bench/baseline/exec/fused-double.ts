import { flags, NX, raiseInexact } from '../softfloat/flags.js';
import { errorOfProduct, errorOfSum, MIN_NORMAL, SPLITTER, toOdd } from '../softfloat/native.js';

/** Sizes whose products and errors stay far from overflow and underflow. */
const LEAST_FACTOR = 2 ** -400;
const GREATEST_FACTOR = 2 ** 400;
const LEAST_ADDEND = 2 ** -800;
const GREATEST_ADDEND = 2 ** 800;

/**
 * f[d] = p * f[a] * f[b] + s * f[c], p and s being 1 or -1, in RNE; see native-double for the contract.
 *
 * The product as a sum of two numbers, then the sum of three: the two high parts are added with their errors,
 * the errors are added to odd, so that only the last addition rounds (S. Boldo and G. Melquiond, "Emulation of a FMA
 * and correctly rounded sums", 2008). Errors whose sum is inexact are too fine for the result: it is so too.
 *
 *     product + productError = x * y            low  + lowError  = z + productError
 *     error + lost = lowError + highError       high + highError = product + low
 *     result = high + error
 *
 * What was lost decides only where high + error lies halfway between two numbers, `twice` its own error being the
 * distance to the other one: there the sum of the errors is made odd. Written out, as calls would allocate numbers.
 */
export function fusedDouble(
  f: Float64Array,
  d: number,
  a: number,
  b: number,
  c: number,
  p: number,
  s: number,
): boolean {
  const x = p * f[a];
  const y = f[b];
  const z = s * f[c];
  const xSize = Math.abs(x);
  const ySize = Math.abs(y);
  const zSize = Math.abs(z);
  if (
    !(xSize >= LEAST_FACTOR && xSize <= GREATEST_FACTOR) ||
    !(ySize >= LEAST_FACTOR && ySize <= GREATEST_FACTOR) ||
    !(zSize >= LEAST_ADDEND && zSize <= GREATEST_ADDEND)
  ) {
    return fusedWithZero(f, d, a, b, c, p, s);
  }
  const product = x * y;
  let scaled = x * SPLITTER;
  const xHigh = scaled - (scaled - x);
  const xLow = x - xHigh;
  scaled = y * SPLITTER;
  const yHigh = scaled - (scaled - y);
  const yLow = y - yHigh;
  const productError = xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;

  const low = z + productError;
  let part = low - z;
  const lowError = z - (low - part) + (productError - part);
  const high = product + low;
  part = high - product;
  const highError = product - (high - part) + (low - part);
  let error = lowError + highError;
  part = error - lowError;
  const lost = lowError - (error - part) + (highError - part);
  let result = high + error;
  if (lost !== 0) {
    part = result - high;
    const twice = 2 * (high - (result - part) + (error - part));
    if (result + twice - result === twice) {
      error = toOdd(error, lost);
      result = high + error;
    }
  }
  if ((flags & NX) === 0) raiseInexact(lost !== 0 ? lost : errorOfSum(high, error, result));
  f[d] = result;
  return true;
}

/** With a zero in it there is one operation at most that rounds. */
function fusedWithZero(
  f: Float64Array,
  d: number,
  a: number,
  b: number,
  c: number,
  p: number,
  s: number,
): boolean {
  const x = p * f[a];
  const y = f[b];
  const z = s * f[c];
  const product = x * y;
  const sum = product + z;
  const size = Math.abs(sum);
  if (x === 0 || y === 0) {
    if (!(size < Number.POSITIVE_INFINITY)) return false;
  } else {
    if (z !== 0 || !(size > MIN_NORMAL && size < Number.POSITIVE_INFINITY)) return false;
    if ((flags & NX) === 0) {
      const error = errorOfProduct(x, y, product);
      if (Number.isNaN(error)) return false;
      raiseInexact(error);
    }
  }
  f[d] = sum;
  return true;
}
