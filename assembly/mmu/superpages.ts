/**
 * A fence that names an address drops all 4 KiB entries made from a superpage around it, wherever they
 * stand. This filter says when that search can be spared: a bit for each 2 MiB of the address space,
 * hashed, set when an entry of a superpage there is filled. It may say yes too often, never no wrongly.
 */
import { at, SUPERPAGES_OFFSET, SUPERPAGES_SIZE } from '../hart/hart';
import { LEVEL_NAPOT } from './entry';

const BITS: u64 = (<u64>SUPERPAGES_SIZE) << 3;

/** The upper half of the address space, where kernels have theirs, has half of the bits to itself. */
function bitOf(va: u64): u64 {
  const half = BITS >> 1;
  return (((va >> 21) ^ (va >> 33)) & (half - 1)) | (va >> 63 ? half : 0);
}

/** An entry of a superpage around `va` is filled. */
export function noteSuperpage(hart: usize, va: u64, level: u32): void {
  if (level > 1 && level !== LEVEL_NAPOT) at(hart).hugeSuperpages = 1;
  const bit = bitOf(va);
  const cell = hart + <usize>(bit >> 3);
  store<u8>(cell, load<u8>(cell, SUPERPAGES_OFFSET) | (1 << (<u8>bit & 7)), SUPERPAGES_OFFSET);
}

/** Whether the TLB may hold entries of a superpage around `va`. */
export function mayHoldSuperpage(hart: usize, va: u64): bool {
  if (at(hart).hugeSuperpages) return true;
  const bit = bitOf(va);
  return ((load<u8>(hart + <usize>(bit >> 3), SUPERPAGES_OFFSET) >> (<u8>bit & 7)) & 1) !== 0;
}

/** The TLB is empty. */
export function forgetSuperpages(hart: usize): void {
  at(hart).hugeSuperpages = 0;
  memory.fill(hart + SUPERPAGES_OFFSET, 0, SUPERPAGES_SIZE);
}
