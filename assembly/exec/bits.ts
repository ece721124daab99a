/** Zbb's less common functions (Unprivileged 28.4). */

/** A 32-bit result in a 64-bit register: sign-extended. */
export function word(value: u32): u64 {
  return <u64>(<i64>(<i32>value));
}

/** Every byte that is not zero becomes 0xff. */
export function orcB(value: u64): u64 {
  const low: u64 = 0x7f7f_7f7f_7f7f_7f7f;
  const high = (((value & low) + low) | value) & ~low;
  return (high << 1) - (high >> 7);
}

export function rolw(value: u64, amount: u64): u64 {
  return word(rotl<u32>(<u32>value, <u32>amount));
}

export function rorw(value: u64, amount: u64): u64 {
  return word(rotr<u32>(<u32>value, <u32>amount));
}
