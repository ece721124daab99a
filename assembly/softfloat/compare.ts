import { NV, raise } from './flags';
import { canonicalNaN, isNotANumber, isSignalling, magnitude, signBit, signOf } from './format';

/** a = b, the quiet comparison: NV only for a signalling NaN (Unprivileged 20.8). */
export function equal<T>(a: T, b: T): bool {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) {
    if (isSignalling<T>(a) || isSignalling<T>(b)) raise(NV);
    return false;
  }
  return a === b || magnitude<T>(a | b) === 0;
}

/** a < b; NV for any NaN. */
export function less<T>(a: T, b: T): bool {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) {
    raise(NV);
    return false;
  }
  return precedes<T>(a, b) && magnitude<T>(a | b) !== 0;
}

/** a <= b; NV for any NaN. */
export function lessOrEqual<T>(a: T, b: T): bool {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) {
    raise(NV);
    return false;
  }
  return !precedes<T>(b, a) || magnitude<T>(a | b) === 0;
}

/** minimumNumber of IEEE 754-2019 (Unprivileged 20.6): a NaN loses against a number, -0 < +0. */
export function minimum<T>(a: T, b: T): T {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) return theNumber<T>(a, b);
  return precedes<T>(b, a) ? b : a;
}

/** maximumNumber, in the same way. */
export function maximum<T>(a: T, b: T): T {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) return theNumber<T>(a, b);
  return precedes<T>(a, b) ? b : a;
}

function theNumber<T>(a: T, b: T): T {
  if (isSignalling<T>(a) || isSignalling<T>(b)) raise(NV);
  if (!isNotANumber<T>(a)) return a;
  return isNotANumber<T>(b) ? canonicalNaN<T>() : b;
}

/** Strict order of all numbers, with -0 before +0: magnitudes ascend, or descend if negative. */
function precedes<T>(a: T, b: T): bool {
  return orderKey<T>(a) < orderKey<T>(b);
}

/** The bits, so changed that unsigned order is the order of the numbers. */
function orderKey<T>(x: T): T {
  return signOf<T>(x) !== 0 ? ~x : x | signBit<T>();
}
