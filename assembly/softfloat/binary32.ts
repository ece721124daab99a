import { add, subtract } from './add';
import { classify } from './classify';
import { equal, less, lessOrEqual, maximum, minimum } from './compare';
import { fromInteger, narrow, toInteger } from './convert';
import { divide } from './divide';
import { fusedMultiplyAdd } from './fused';
import { multiply } from './multiply';
import { squareRoot } from './sqrt';

/**
 * Operations on the raw bits of binary32 numbers. `mode` is a rounding mode 0..4; `nxSet` allows
 * not raising NX, because fcsr has it already. Other flags are OR-ed into those of `flags`.
 */

export function f32_add(a: u32, b: u32, mode: u32, nxSet: bool): u32 {
  return add<u32, f32>(a, b, mode, nxSet);
}

export function f32_sub(a: u32, b: u32, mode: u32, nxSet: bool): u32 {
  return subtract<u32, f32>(a, b, mode, nxSet);
}

export function f32_mul(a: u32, b: u32, mode: u32, nxSet: bool): u32 {
  return multiply<u32, f32>(a, b, mode, nxSet);
}

export function f32_div(a: u32, b: u32, mode: u32, nxSet: bool): u32 {
  return divide<u32, f32>(a, b, mode, nxSet);
}

export function f32_sqrt(a: u32, mode: u32, nxSet: bool): u32 {
  return squareRoot<u32, f32>(a, mode, nxSet);
}

/** a * b + c. */
export function f32_fma(a: u32, b: u32, c: u32, mode: u32, nxSet: bool): u32 {
  return fusedMultiplyAdd<u32>(a, b, c, mode, nxSet);
}

export function f32_eq(a: u32, b: u32): bool {
  return equal<u32>(a, b);
}

export function f32_lt(a: u32, b: u32): bool {
  return less<u32>(a, b);
}

export function f32_le(a: u32, b: u32): bool {
  return lessOrEqual<u32>(a, b);
}

export function f32_min(a: u32, b: u32): u32 {
  return minimum<u32>(a, b);
}

export function f32_max(a: u32, b: u32): u32 {
  return maximum<u32>(a, b);
}

/** The mask of fclass. */
export function f32_classify(a: u32): u32 {
  return classify<u32>(a);
}

/** The value of the 64-bit register: 32-bit results are sign-extended, unsigned ones too. */
export function f32_to_i32(a: u32, mode: u32): u64 {
  return toInteger<u32>(a, true, 32, mode);
}

export function f32_to_u32(a: u32, mode: u32): u64 {
  return toInteger<u32>(a, false, 32, mode);
}

export function f32_to_i64(a: u32, mode: u32): u64 {
  return toInteger<u32>(a, true, 64, mode);
}

export function f32_to_u64(a: u32, mode: u32): u64 {
  return toInteger<u32>(a, false, 64, mode);
}

export function f32_from_i32(value: i32, mode: u32): u32 {
  return f32_from_i64(<i64>value, mode);
}

export function f32_from_u32(value: u32, mode: u32): u32 {
  return f32_from_u64(<u64>value, mode);
}

export function f32_from_i64(value: i64, mode: u32): u32 {
  const sign = <u32>(<u64>value >> 63);
  return fromInteger<u32>(sign, <u64>(sign !== 0 ? 0 - value : value), mode);
}

export function f32_from_u64(value: u64, mode: u32): u32 {
  return fromInteger<u32>(0, value, mode);
}

/** From binary64. */
export function f32_from_f64(value: u64, mode: u32, nxSet: bool): u32 {
  return narrow(value, mode, nxSet);
}
