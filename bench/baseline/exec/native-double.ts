/**
 * Fast paths of D in RNE. Each function takes registers' numbers and says whether it is done: the result written,
 * the flags raised. If not, nothing has changed and the exact operation decides: for NaNs, infinities, results that
 * overflow or may be tiny. Operands are not passed as numbers, since one that crosses a call is allocated.
 * A caller that knows NX to be set in fcsr need not have begun the flags: stale ones cost time at most.
 */
import { flags, NX, raiseInexact } from '../softfloat/flags.js';
import {
  errorOfInverse,
  errorOfProduct,
  errorOfSum,
  GREATEST_ADDEND,
  MIN_NORMAL,
} from '../softfloat/native.js';

/** f[d] = f[a] + sign * f[b]. A sum in the subnormal range is exact, and so is zero. */
export function addDouble(f: Float64Array, d: number, a: number, b: number, sign: number): boolean {
  const x = f[a];
  const y = sign * f[b];
  const sum = x + y;
  if ((flags & NX) !== 0) {
    if (!(Math.abs(sum) < Number.POSITIVE_INFINITY)) return false;
  } else {
    if (!(Math.abs(x) < GREATEST_ADDEND && Math.abs(y) < GREATEST_ADDEND)) return false;
    raiseInexact(errorOfSum(x, y, sum));
  }
  f[d] = sum;
  return true;
}

export function multiplyDouble(f: Float64Array, d: number, a: number, b: number): boolean {
  const x = f[a];
  const y = f[b];
  const product = x * y;
  const size = Math.abs(product);
  if (size > MIN_NORMAL && size < Number.POSITIVE_INFINITY) {
    if ((flags & NX) === 0) {
      const error = errorOfProduct(x, y, product);
      if (Number.isNaN(error)) return false;
      raiseInexact(error);
    }
  } else if (product !== 0 || (x !== 0 && y !== 0)) {
    return false;
  }
  f[d] = product;
  return true;
}

export function divideDouble(f: Float64Array, d: number, a: number, b: number): boolean {
  const x = f[a];
  const y = f[b];
  const quotient = x / y;
  const size = Math.abs(quotient);
  if (size > MIN_NORMAL && size < Number.POSITIVE_INFINITY) {
    if ((flags & NX) === 0) {
      const error = errorOfInverse(quotient, y, x);
      if (Number.isNaN(error)) return false;
      raiseInexact(error);
    }
  } else if (quotient !== 0 || x !== 0) {
    return false;
  }
  f[d] = quotient;
  return true;
}

/** The root of a number is never tiny, nor does it overflow. */
export function squareRootDouble(f: Float64Array, d: number, a: number): boolean {
  const x = f[a];
  const root = Math.sqrt(x);
  if (!(root < Number.POSITIVE_INFINITY)) return false;
  if ((flags & NX) === 0 && root !== 0) {
    const error = errorOfInverse(root, root, x);
    if (Number.isNaN(error)) return false;
    raiseInexact(error);
  }
  f[d] = root;
  return true;
}
