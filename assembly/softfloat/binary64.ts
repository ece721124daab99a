import { add, subtract } from './add';
import { classify } from './classify';
import { equal, less, lessOrEqual, maximum, minimum } from './compare';
import { fromInteger, toInteger, widen } from './convert';
import { divide } from './divide';
import { fusedMultiplyAdd } from './fused';
import { multiply } from './multiply';
import { squareRoot } from './sqrt';

/**
 * Operations on the raw bits of binary64 numbers. `mode` is a rounding mode 0..4; `nxSet` allows
 * not raising NX, because fcsr has it already. Other flags are OR-ed into those of `flags`.
 */

export function f64_add(a: u64, b: u64, mode: u32, nxSet: bool): u64 {
  return add<u64, f64>(a, b, mode, nxSet);
}

export function f64_sub(a: u64, b: u64, mode: u32, nxSet: bool): u64 {
  return subtract<u64, f64>(a, b, mode, nxSet);
}

export function f64_mul(a: u64, b: u64, mode: u32, nxSet: bool): u64 {
  return multiply<u64, f64>(a, b, mode, nxSet);
}

export function f64_div(a: u64, b: u64, mode: u32, nxSet: bool): u64 {
  return divide<u64, f64>(a, b, mode, nxSet);
}

export function f64_sqrt(a: u64, mode: u32, nxSet: bool): u64 {
  return squareRoot<u64, f64>(a, mode, nxSet);
}

/** a * b + c. */
export function f64_fma(a: u64, b: u64, c: u64, mode: u32, nxSet: bool): u64 {
  return fusedMultiplyAdd<u64>(a, b, c, mode, nxSet);
}

export function f64_eq(a: u64, b: u64): bool {
  return equal<u64>(a, b);
}

export function f64_lt(a: u64, b: u64): bool {
  return less<u64>(a, b);
}

export function f64_le(a: u64, b: u64): bool {
  return lessOrEqual<u64>(a, b);
}

export function f64_min(a: u64, b: u64): u64 {
  return minimum<u64>(a, b);
}

export function f64_max(a: u64, b: u64): u64 {
  return maximum<u64>(a, b);
}

/** The mask of fclass. */
export function f64_classify(a: u64): u32 {
  return classify<u64>(a);
}

/** The value of the 64-bit register: 32-bit results are sign-extended, unsigned ones too. */
export function f64_to_i32(a: u64, mode: u32): u64 {
  return toInteger<u64>(a, true, 32, mode);
}

export function f64_to_u32(a: u64, mode: u32): u64 {
  return toInteger<u64>(a, false, 32, mode);
}

export function f64_to_i64(a: u64, mode: u32): u64 {
  return toInteger<u64>(a, true, 64, mode);
}

export function f64_to_u64(a: u64, mode: u32): u64 {
  return toInteger<u64>(a, false, 64, mode);
}

export function f64_from_i32(value: i32, mode: u32): u64 {
  return f64_from_i64(<i64>value, mode);
}

export function f64_from_u32(value: u32, mode: u32): u64 {
  return f64_from_u64(<u64>value, mode);
}

export function f64_from_i64(value: i64, mode: u32): u64 {
  const sign = <u32>(<u64>value >> 63);
  return fromInteger<u64>(sign, <u64>(sign !== 0 ? 0 - value : value), mode);
}

export function f64_from_u64(value: u64, mode: u32): u64 {
  return fromInteger<u64>(0, value, mode);
}

/** From binary32: exact. */
export function f64_from_f32(value: u32): u64 {
  return widen(value);
}
