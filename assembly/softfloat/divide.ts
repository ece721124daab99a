import { DZ, raise } from './flags';
import {
  exponentOf,
  infinity,
  isInfinite,
  isNotANumber,
  isZero,
  precision,
  significandOf,
  signOf,
  withSign,
} from './format';
import { fromNaN, invalid } from './nan';
import { isPlain, productIsExact } from './native';
import { RNE, round } from './rounding';

/**
 * a / b; see `add` for the parameters and `native` for the fast path. Where the product of the
 * rounded quotient and b needs no rounding and is a, the quotient was exact.
 */
export function divide<T, F>(a: T, b: T, mode: u32, nxSet: bool): T {
  if (mode === RNE) {
    const quotient = reinterpret<F>(a) / reinterpret<F>(b);
    const bits = reinterpret<T>(quotient);
    if (isPlain<T>(bits)) {
      if (nxSet) return bits;
      if (
        isPlain<T>(a) &&
        isPlain<T>(b) &&
        productIsExact<T>(bits, b) &&
        quotient * reinterpret<F>(b) === reinterpret<F>(a)
      )
        return bits;
    }
  }
  return divideExactly<T>(a, b, mode);
}

function divideExactly<T>(a: T, b: T, mode: u32): T {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) return fromNaN<T>(a, b);
  const sign = signOf<T>(a) ^ signOf<T>(b);
  if (isInfinite<T>(a)) {
    return isInfinite<T>(b) ? invalid<T>() : withSign<T>(sign, infinity<T>());
  }
  if (isInfinite<T>(b)) return withSign<T>(sign, 0);
  if (isZero<T>(b)) {
    if (isZero<T>(a)) return invalid<T>();
    raise(DZ);
    return withSign<T>(sign, infinity<T>());
  }
  if (isZero<T>(a)) return withSign<T>(sign, 0);

  // Division by digits: one bit more than the precision for the halfway case, one for a leading
  // zero, and the remainder as the sticky bit.
  const divisor = significandOf<T>(b) >> 1;
  let remainder = significandOf<T>(a) >> 1;
  let quotient: u64 = 0;
  for (let digit = 0; digit < precision<T>() + 2; digit++) {
    quotient <<= 1;
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1;
    }
    remainder <<= 1;
  }
  const lead = <i32>clz<u64>(quotient);
  const exponent = exponentOf<T>(a) - exponentOf<T>(b) + (62 - precision<T>() - lead);
  return round<T>(sign, exponent, (quotient << lead) | <u64>(remainder !== 0), mode);
}
