/**
 * A fence that names an address drops all 4 KiB entries made from a superpage around it, wherever they
 * stand. This filter says when that search can be spared: a bit for each 2 MiB of the address space,
 * hashed, set when an entry of a superpage there is filled. It may say yes too often, never no wrongly.
 */
import type { Hart } from '../hart/hart.js';
import { LEVEL_NAPOT } from './tlb-entries.js';

const BITS = 4095;

function bitOf(low: number, high: number): number {
  // va >>> 21 ^ va >>> 33
  return ((low >>> 21) ^ (high << 11) ^ (high >>> 1)) & BITS;
}

/** An entry of a superpage around the address is filled. */
export function noteSuperpage(hart: Hart, low: number, high: number, level: number): void {
  if (level > 1 && level !== LEVEL_NAPOT) hart.tlb.hugeSuperpages = 1;
  const bit = bitOf(low, high);
  hart.tlb.superpages[bit >> 3] |= 1 << (bit & 7);
}

/** Whether the TLB may hold entries of a superpage around the address. */
export function mayHoldSuperpage(hart: Hart, low: number, high: number): boolean {
  if (hart.tlb.hugeSuperpages !== 0) return true;
  const bit = bitOf(low, high);
  return ((hart.tlb.superpages[bit >> 3] >> (bit & 7)) & 1) !== 0;
}

/** The TLB is empty. */
export function forgetSuperpages(hart: Hart): void {
  hart.tlb.hugeSuperpages = 0;
  hart.tlb.superpages.fill(0);
}
