/** M: multiplication and division (Unprivileged 13); division by zero and overflow yield values. */

export function mulhu(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carry = aLow * bHigh + (middle & 0xffff_ffff);
  return aHigh * bHigh + (middle >> 32) + (carry >> 32);
}

export function mulh(a: u64, b: u64): u64 {
  return mulhu(a, b) - (<i64>a < 0 ? b : 0) - (<i64>b < 0 ? a : 0);
}

export function mulhsu(a: u64, b: u64): u64 {
  return mulhu(a, b) - (<i64>a < 0 ? b : 0);
}

export function div(a: u64, b: u64): u64 {
  if (!b) return u64.MAX_VALUE;
  if (b === u64.MAX_VALUE) return 0 - a;
  return <u64>(<i64>a / <i64>b);
}

export function divu(a: u64, b: u64): u64 {
  return b ? a / b : u64.MAX_VALUE;
}

export function rem(a: u64, b: u64): u64 {
  if (!b) return a;
  if (b === u64.MAX_VALUE) return 0;
  return <u64>(<i64>a % <i64>b);
}

export function remu(a: u64, b: u64): u64 {
  return b ? a % b : a;
}

export function divw(a: u64, b: u64): u64 {
  return <u64>(<i64>(<i32>div(<u64>(<i64>(<i32>a)), <u64>(<i64>(<i32>b)))));
}

export function divuw(a: u64, b: u64): u64 {
  const divisor = <u32>b;
  return divisor ? <u64>(<i64>(<i32>(<u32>a / divisor))) : u64.MAX_VALUE;
}

export function remw(a: u64, b: u64): u64 {
  return <u64>(<i64>(<i32>rem(<u64>(<i64>(<i32>a)), <u64>(<i64>(<i32>b)))));
}

export function remuw(a: u64, b: u64): u64 {
  const divisor = <u32>b;
  return <u64>(<i64>(<i32>(divisor ? <u32>a % divisor : <u32>a)));
}
