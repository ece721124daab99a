import { NV, NX, raise } from './flags';
import {
  canonicalNaN,
  exponentOf,
  infinity,
  isInfinite,
  isNotANumber,
  isSignalling,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format';
import { isPlain } from './native';
import { RNE, round, roundsUp, shiftRightSticky } from './rounding';

/**
 * x as an integer of `width` bits (32 or 64), sign-extended from there to 64 bits even when it is
 * unsigned. Out of range after rounding: the nearest integer that fits (for a NaN the greatest),
 * and NV instead of NX (Unprivileged 20.7).
 */
export function toInteger<T>(x: T, isSigned: bool, width: u32, mode: u32): u64 {
  if (isZero<T>(x)) return 0;
  const sign: u32 = isNotANumber<T>(x) ? 0 : signOf<T>(x);
  const exponent = exponentOf<T>(x);
  if (isNotANumber<T>(x) || isInfinite<T>(x) || exponent > 63) {
    raise(NV);
    return extremeInteger(sign, isSigned, width);
  }
  const significand = significandOf<T>(x);
  let whole: u64 = 0;
  let rest: u64 = 0;
  if (exponent < 0) {
    rest = shiftRightSticky(significand, -1 - exponent);
  } else {
    whole = significand >> (63 - exponent);
    if (exponent < 63) rest = significand << (exponent + 1);
  }
  whole += <u64>roundsUp(sign, (whole & 1) !== 0, rest, mode);
  const extreme = extremeInteger(sign, isSigned, width);
  const limit = sign !== 0 ? 0 - extreme : extreme & (<u64>-1 >> (64 - width));
  if (whole > limit) {
    raise(NV);
    return extreme;
  }
  if (rest !== 0) raise(NX);
  const value = sign !== 0 ? 0 - whole : whole;
  return width === 32 ? <u64>(<i64>(<i32>value)) : value;
}

/** The least (sign 1) or greatest integer of the type, sign-extended from its width. */
function extremeInteger(sign: u32, isSigned: bool, width: u32): u64 {
  if (!isSigned) return sign !== 0 ? 0 : <u64>-1;
  const least = (<u64>-1) << (width - 1);
  return sign !== 0 ? least : ~least;
}

/** The integer (-1)^sign * size as a floating-point number. */
export function fromInteger<T>(sign: u32, size: u64, mode: u32): T {
  if (size === 0) return 0;
  const lead = <i32>clz<u64>(size);
  return round<T>(sign, 63 - lead, size << lead, mode);
}

/** binary64 to binary32; see `add` for `nxSet`. */
export function narrow(x: u64, mode: u32, nxSet: bool): u32 {
  if (mode === RNE && nxSet) {
    const bits = reinterpret<u32>(<f32>reinterpret<f64>(x));
    if (isPlain<u32>(bits)) return bits;
  }
  if (isNotANumber<u64>(x)) {
    if (isSignalling<u64>(x)) raise(NV);
    return canonicalNaN<u32>();
  }
  const sign = signOf<u64>(x);
  if (isInfinite<u64>(x)) return withSign<u32>(sign, infinity<u32>());
  if (isZero<u64>(x)) return withSign<u32>(sign, 0);
  return round<u32>(sign, exponentOf<u64>(x), significandOf<u64>(x), mode);
}

/** binary32 to binary64: exact, but for a NaN, which becomes canonical. */
export function widen(x: u32): u64 {
  if (isNotANumber<u32>(x)) {
    if (isSignalling<u32>(x)) raise(NV);
    return canonicalNaN<u64>();
  }
  return reinterpret<u64>(<f64>reinterpret<f32>(x));
}
