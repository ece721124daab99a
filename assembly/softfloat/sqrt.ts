import {
  exponentOf,
  isInfinite,
  isNotANumber,
  isZero,
  precision,
  significandOf,
  signOf,
} from './format';
import { fromNaN, invalid } from './nan';
import { isPlain, productIsExact } from './native';
import { RNE, round } from './rounding';

/**
 * Square root of a; see `add` for the parameters and `native` for the fast path. Where the root's
 * square needs no rounding and is a, the root was exact.
 */
export function squareRoot<T, F>(a: T, mode: u32, nxSet: bool): T {
  if (mode === RNE) {
    const root = sqrt<F>(reinterpret<F>(a));
    const bits = reinterpret<T>(root);
    if (isPlain<T>(bits)) {
      if (nxSet) return bits;
      if (isPlain<T>(a) && productIsExact<T>(bits, bits) && root * root === reinterpret<F>(a))
        return bits;
    }
  }
  return squareRootExactly<T>(a, mode);
}

function squareRootExactly<T>(a: T, mode: u32): T {
  if (isNotANumber<T>(a)) return fromNaN<T>(a, a);
  if (isZero<T>(a)) return a;
  if (signOf<T>(a) !== 0) return invalid<T>();
  if (isInfinite<T>(a)) return a;

  // |a| = radicand / 2^62 * 4^half with the radicand in [1, 4): its root is in [1, 2).
  const exponent = exponentOf<T>(a);
  const half = exponent >> 1;
  let radicand = significandOf<T>(a) >> (1 - (exponent & 1));
  // Digit by digit, two bits of the radicand for one of the root; one bit more than the precision
  // for the halfway case, and the remainder as the sticky bit. The remainder stays <= 2 * root.
  let root: u64 = 0;
  let remainder: u64 = 0;
  for (let digit = 0; digit < precision<T>() + 1; digit++) {
    remainder = (remainder << 2) | (radicand >> 62);
    radicand <<= 2;
    const candidate = (root << 2) | 1;
    root <<= 1;
    if (remainder >= candidate) {
      remainder -= candidate;
      root |= 1;
    }
  }
  const lead = <i32>clz<u64>(root);
  return round<T>(0, half, (root << lead) | <u64>(remainder !== 0), mode);
}
