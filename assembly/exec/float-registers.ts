import { F_OFFSET } from '../hart/hart';
import { canonicalNaN } from '../softfloat/format';

/**
 * Registers as operands of F and D. `field` holds the register's number in its low five bits;
 * what stands above them, as in a shifted instruction word, is ignored.
 */
function at(hart: usize, field: u32): usize {
  return hart + ((<usize>(field & 31)) << 3);
}

/** Bits of a binary64 register; of a binary32 one also those of its NaN box. */
export function double(hart: usize, field: u32): u64 {
  return load<u64>(at(hart, field), F_OFFSET);
}

export function setDouble(hart: usize, field: u32, bits: u64): void {
  store<u64>(at(hart, field), bits, F_OFFSET);
}

/** Bits of a binary32 register; without a NaN box, the canonical NaN (Unprivileged 21.2). */
export function single(hart: usize, field: u32): u32 {
  const bits = double(hart, field);
  return bits >> 32 === 0xffff_ffff ? <u32>bits : canonicalNaN<u32>();
}

export function setSingle(hart: usize, field: u32, bits: u32): void {
  setDouble(hart, field, 0xffff_ffff_0000_0000 | <u64>bits);
}

export function integer(hart: usize, field: u32): u64 {
  return load<u64>(at(hart, field));
}

/** Writes an x register; a write of x0 is ignored. */
export function setInteger(hart: usize, field: u32, value: u64): void {
  if ((field & 31) !== 0) store<u64>(at(hart, field), value);
}
