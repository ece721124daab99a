import { infinity, isNotANumber, isSignalling, magnitude, minNormal, signOf } from './format';

/** The mask of fclass, one of ten bits set (Unprivileged 20.9). */
export function classify<T>(x: T): u32 {
  if (isNotANumber<T>(x)) return isSignalling<T>(x) ? 1 << 8 : 1 << 9;
  const size = magnitude<T>(x);
  // 0 zero, 1 subnormal, 2 normal, 3 infinite: outwards from the middle of bits 0..7.
  let kind: u32 = 3;
  if (size === 0) kind = 0;
  else if (size < minNormal<T>()) kind = 1;
  else if (size < infinity<T>()) kind = 2;
  return signOf<T>(x) !== 0 ? 1 << (3 - kind) : 1 << (4 + kind);
}
