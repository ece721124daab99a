/**
 * HFENCE.GVMA names a guest-physical page, which TLB entries do not hold: they hold the whole way. This
 * filter says when there is nothing to drop: a bit for each page that the G-stage translated since the
 * TLB was last emptied, hashed. It may say yes too often, never no wrongly. Linux's KVM fences each page that
 * it maps for the first time, which nothing has used yet.
 */
import { at, GUEST_PAGES_OFFSET, GUEST_PAGES_SIZE } from '../hart/hart';
import { LEVEL_NAPOT } from './entry';

const BITS: u64 = (<u64>GUEST_PAGES_SIZE) << 3;
/** A superpage of 2 MiB has a bit of its own, as a page of a number that no page has. */
const MEGAPAGE: u64 = 1 << 52;

function bitOf(page: u64, vmid: u32): u64 {
  return (((page ^ ((<u64>vmid) << 30)) * 0x9e37_79b9_7f4a_7c15) >> 40) & (BITS - 1);
}

function mark(hart: usize, page: u64, vmid: u32): void {
  const bit = bitOf(page, vmid);
  const cell = hart + <usize>(bit >> 3);
  store<u8>(cell, load<u8>(cell, GUEST_PAGES_OFFSET) | (1 << (<u8>bit & 7)), GUEST_PAGES_OFFSET);
}

function isMarked(hart: usize, page: u64, vmid: u32): bool {
  const bit = bitOf(page, vmid);
  return ((load<u8>(hart + <usize>(bit >> 3), GUEST_PAGES_OFFSET) >> (<u8>bit & 7)) & 1) !== 0;
}

/** An entry is filled by way of a G-stage page of `level` around `gpa`. */
export function noteGuestPage(hart: usize, gpa: u64, level: u32, vmid: u32): void {
  if (!level) mark(hart, gpa >> 12, vmid);
  else if (level === 1 || level === LEVEL_NAPOT) mark(hart, (gpa >> 21) | MEGAPAGE, vmid);
  else at(hart).hugeGuestPages = 1;
}

/** Whether the TLB may hold entries made by way of `gpa`. */
export function mayHoldGuestPage(hart: usize, gpa: u64, vmid: u32): bool {
  if (at(hart).hugeGuestPages) return true;
  return isMarked(hart, gpa >> 12, vmid) || isMarked(hart, (gpa >> 21) | MEGAPAGE, vmid);
}

/** The TLB is empty. */
export function forgetGuestPages(hart: usize): void {
  at(hart).hugeGuestPages = 0;
  memory.fill(hart + GUEST_PAGES_OFFSET, 0, GUEST_PAGES_SIZE);
}
