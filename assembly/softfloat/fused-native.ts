/**
 * a * b + c by native arithmetic in RNE, with exact rounding errors; the fast path of `fused`.
 * Both functions yield a bit pattern that is plain (`isPlain`) only when it is the result and
 * raises nothing, but for NX when `nxSet` says that fcsr has it.
 */
import { canonicalNaN } from './format';
import { errorOfSum } from './native';

/** In binary64 the product is exact; the sum rounded to odd there may be rounded once more. */
export function fusedSingle(a: u32, b: u32, c: u32, nxSet: bool): u32 {
  const product = <f64>reinterpret<f32>(a) * <f64>reinterpret<f32>(b);
  const sum = sumToOdd(product, <f64>reinterpret<f32>(c));
  const result = <f32>sum;
  // A sum that was rounded is odd, so that binary32 cannot hold it.
  return nxSet || <f64>result === sum ? reinterpret<u32>(result) : canonicalNaN<u32>();
}

/** Exponents, as stored, whose products and errors stay far from overflow and underflow. */
const FACTOR_LOW: u64 = 1023 - 400;
const FACTOR_RANGE: u64 = 800;
const ADDEND_LOW: u64 = 1023 - 800;
const ADDEND_RANGE: u64 = 1600;

/**
 * The product as a sum of two numbers, then the sum of three: the two high parts are added with
 * their errors, the errors are added to odd, and only the last addition rounds (S. Boldo and
 * G. Melquiond, "Emulation of a FMA and correctly rounded sums", 2008).
 */
export function fusedDouble(a: u64, b: u64, c: u64, nxSet: bool): u64 {
  if (
    storedExponent(a) - FACTOR_LOW > FACTOR_RANGE ||
    storedExponent(b) - FACTOR_LOW > FACTOR_RANGE ||
    storedExponent(c) - ADDEND_LOW > ADDEND_RANGE
  ) {
    return canonicalNaN<u64>();
  }
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  const z = reinterpret<f64>(c);
  const product = x * y;
  const productError = errorOfProduct(x, y, product);
  const low = z + productError;
  const lowError = errorOfSum(z, productError, low);
  const high = product + low;
  const highError = errorOfSum(product, low, high);
  const error = sumToOdd(lowError, highError);
  return nxSet || error === 0 ? reinterpret<u64>(high + error) : canonicalNaN<u64>();
}

function storedExponent(x: u64): u64 {
  return (x >> 52) & 0x7ff;
}

/** x * y - product, where product is the rounded x * y: exact (Dekker), away from underflow. */
function errorOfProduct(x: f64, y: f64, product: f64): f64 {
  const xHigh = highHalf(x);
  const xLow = x - xHigh;
  const yHigh = highHalf(y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}

/** x rounded to 26 bits (Veltkamp); the rest has 26 bits too. */
function highHalf(x: f64): f64 {
  const scaled = x * 134_217_729.0;
  return scaled - (scaled - x);
}

/** x + y rounded to odd: if inexact, to that neighbour whose last bit is set. */
function sumToOdd(x: f64, y: f64): f64 {
  const sum = x + y;
  const error = errorOfSum<f64>(x, y, sum);
  const bits = reinterpret<u64>(sum);
  if (error === 0 || (bits & 1) !== 0) return sum;
  const away = error > 0 === sum > 0;
  return reinterpret<f64>(away ? bits + 1 : bits - 1);
}
