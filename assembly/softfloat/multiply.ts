import {
  exponentOf,
  infinity,
  isInfinite,
  isNotANumber,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format';
import { fromNaN, invalid } from './nan';
import { isPlain, productIsExact } from './native';
import { RNE, round } from './rounding';
import { multiplyHigh } from './wide';

/** a * b; see `add` for the parameters and `native` for the fast path. */
export function multiply<T, F>(a: T, b: T, mode: u32, nxSet: bool): T {
  if (mode === RNE) {
    const bits = reinterpret<T>(reinterpret<F>(a) * reinterpret<F>(b));
    if (isPlain<T>(bits) && (nxSet || (isPlain<T>(a) && isPlain<T>(b) && productIsExact<T>(a, b))))
      return bits;
  }
  return multiplyExactly<T>(a, b, mode);
}

function multiplyExactly<T>(a: T, b: T, mode: u32): T {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) return fromNaN<T>(a, b);
  const sign = signOf<T>(a) ^ signOf<T>(b);
  if (isInfinite<T>(a) || isInfinite<T>(b)) {
    return isZero<T>(a) || isZero<T>(b) ? invalid<T>() : withSign<T>(sign, infinity<T>());
  }
  if (isZero<T>(a) || isZero<T>(b)) return withSign<T>(sign, 0);

  const x = significandOf<T>(a);
  const y = significandOf<T>(b);
  const high = multiplyHigh(x, y);
  const product = high | <u64>(x * y !== 0);
  const lead = <i32>clz<u64>(high);
  const exponent = exponentOf<T>(a) + exponentOf<T>(b) + 1 - lead;
  return round<T>(sign, exponent, (product << lead) | (product & 1), mode);
}
