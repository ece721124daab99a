/**
 * The two formats, binary32 and binary64 (IEEE 754-2019 3.4). Functions are generic over the type
 * of the raw bits: `u32` means binary32 and `u64` binary64; each condition on `sizeof<T>()` is
 * decided when the function is compiled.
 *
 * A finite nonzero number is taken apart into its sign, its exponent e (that of its leading bit)
 * and a 64-bit significand s whose top bit is set: |x| = s / 2^63 * 2^e. So both formats, normal
 * and subnormal numbers, integers and intermediate results all look the same.
 */

/** Bits of a significand, the leading one included. */
export function precision<T>(): i32 {
  return sizeof<T>() === 4 ? 24 : 53;
}

/** Exponent of 1.0 as it is stored. */
export function bias<T>(): i32 {
  return sizeof<T>() === 4 ? 127 : 1023;
}

/** Stored exponent of infinities and NaNs. */
export function specialExponent<T>(): i32 {
  return sizeof<T>() === 4 ? 255 : 2047;
}

export function infinity<T>(): T {
  return sizeof<T>() === 4 ? <T>0x7f80_0000 : <T>0x7ff0_0000_0000_0000;
}

/** The smallest positive normal number. */
export function minNormal<T>(): T {
  return (<T>1) << (<T>(precision<T>() - 1));
}

/** The only NaN that an operation yields (Unprivileged 20.3). */
export function canonicalNaN<T>(): T {
  return sizeof<T>() === 4 ? <T>0x7fc0_0000 : <T>0x7ff8_0000_0000_0000;
}

export function signBit<T>(): T {
  return (<T>1) << (<T>(8 * sizeof<T>() - 1));
}

export function magnitude<T>(x: T): T {
  return x & ~signBit<T>();
}

/** 1 for a negative number (-0 too), else 0. */
export function signOf<T>(x: T): u32 {
  return <u32>(x >> <T>(8 * sizeof<T>() - 1));
}

/** Zero or infinity, or any other magnitude, with a sign. */
export function withSign<T>(sign: u32, magnitude: T): T {
  return magnitude | ((<T>sign) << (<T>(8 * sizeof<T>() - 1)));
}

export function isNotANumber<T>(x: T): bool {
  return magnitude<T>(x) > infinity<T>();
}

/** A NaN whose quiet bit, the top one of the fraction, is clear. */
export function isSignalling<T>(x: T): bool {
  const quiet = minNormal<T>() >> 1;
  return isNotANumber<T>(x) && (x & quiet) === 0;
}

export function isInfinite<T>(x: T): bool {
  return magnitude<T>(x) === infinity<T>();
}

export function isZero<T>(x: T): bool {
  return magnitude<T>(x) === 0;
}

/** Exponent of the leading bit; x finite and not zero. */
export function exponentOf<T>(x: T): i32 {
  const stored = <i32>(magnitude<T>(x) >> <T>(precision<T>() - 1));
  if (stored !== 0) return stored - bias<T>();
  return 64 - <i32>clz<u64>(<u64>magnitude<T>(x)) - bias<T>() - precision<T>() + 1;
}

/** Significand with its leading bit at bit 63; x finite and not zero. */
export function significandOf<T>(x: T): u64 {
  const fraction = <u64>(x & (minNormal<T>() - 1));
  if (magnitude<T>(x) < minNormal<T>()) return fraction << clz<u64>(fraction);
  return ((<u64>1) << 63) | (fraction << (64 - precision<T>()));
}
