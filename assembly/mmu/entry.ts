/**
 * A TLB entry: 16 bytes, one compare.
 *
 * ```
 * +0  tag    u64   virtual page | SLOW (bit 11) | context id (bits 10..3) | 0 (bits 2..0)
 * +8  addend u32   linear address − virtual address, lower halves, while SLOW is clear;
 *                  of a fetch entry the address of the page's decoded code
 * +12 guest  u32   guest page number (27 bits) | USER | GLOBAL | level (3 bits)
 * ```
 * An access of N bytes compares `va & (page mask | N − 1) | context` with the tag: one compare for
 * page, context, permission (read, write and fetch have arrays of their own), alignment, MMIO, PMP,
 * dirty tracking and code lines. SLOW marks an entry whose first half (GVA → guest page) holds, but
 * whose address is absent or may not be used without a look: MMIO, a page partly covered by PMP, a
 * page not yet stamped with the epoch, a page with decoded code. Context 255 is never given out:
 * it marks an empty entry.
 */

import {
  TLB_DATA_ENTRIES,
  TLB_ENTRY_SHIFT,
  TLB_FETCH_ENTRIES,
  TLB_FETCH_OFFSET,
  TLB_READ_OFFSET,
  TLB_WRITE_OFFSET,
} from '../hart/hart';
import { PAGE_MASK, PAGE_SHIFT } from '../layout';

export const READ: u32 = 0;
export const WRITE: u32 = 1;
export const FETCH: u32 = 2;
/** A debugger's look at the tables, which no entry comes of. */
export const PROBE: u32 = 3;

export const TAG_PAGE: u64 = 0xffff_ffff_ffff_f000;
export const TAG_SLOW: u64 = 1 << 11;
export const TAG_CONTEXT_SHIFT: u64 = 3;
export const TAG_CONTEXT: u64 = 0xff << TAG_CONTEXT_SHIFT;
export const TAG_EMPTY: u64 = TAG_CONTEXT;

export const GUEST_PAGE_MASK: u32 = 0x07ff_ffff;
export const GUEST_USER: u32 = 1 << 27;
export const GUEST_GLOBAL: u32 = 1 << 28;
export const GUEST_LEVEL_SHIFT: u32 = 29;
/** Level of a 64 KiB Svnapot page; 0 is 4 KiB, 1 is 2 MiB, and so on by 9 bits. */
export const LEVEL_NAPOT: u32 = 7;

/** Guest-physical addresses at or above this are nobody's. */
export const GUEST_LIMIT: u64 = (<u64>GUEST_PAGE_MASK + 1) << 12;

const DATA_INDEX: usize = (<usize>TLB_DATA_ENTRIES - 1) << TLB_ENTRY_SHIFT;
const FETCH_INDEX: usize = (<usize>TLB_FETCH_ENTRIES - 1) << TLB_ENTRY_SHIFT;

export function readEntry(hart: usize, va: u64): usize {
  return hart + (<usize>(va >> 8) & DATA_INDEX) + TLB_READ_OFFSET;
}

export function writeEntry(hart: usize, va: u64): usize {
  return hart + (<usize>(va >> 8) & DATA_INDEX) + TLB_WRITE_OFFSET;
}

/** Parts of one program that lie megabytes apart shall not contend: the page number's bits 4 to 13 decide as well. */
export function fetchEntry(hart: usize, va: u64): usize {
  return hart + (<usize>((va >> 8) ^ (va >> 12)) & FETCH_INDEX) + TLB_FETCH_OFFSET;
}

export function entryFor(hart: usize, va: u64, access: u32): usize {
  if (access === READ) return readEntry(hart, va);
  return access === WRITE ? writeEntry(hart, va) : fetchEntry(hart, va);
}

export function tagOf(entry: usize): u64 {
  return load<u64>(entry);
}

export function setTag(entry: usize, tag: u64): void {
  store<u64>(entry, tag);
}

export function addendOf(entry: usize): u32 {
  return load<u32>(entry, 8);
}

export function setAddend(entry: usize, addend: u32): void {
  store<u32>(entry, addend, 8);
}

export function guestOf(entry: usize): u32 {
  return load<u32>(entry, 12);
}

export function setGuest(entry: usize, guest: u32): void {
  store<u32>(entry, guest, 12);
}

/** Guest-physical address of `va` by an entry that translates it. */
export function guestAddress(entry: usize, va: u64): u64 {
  return ((<u64>(guestOf(entry) & GUEST_PAGE_MASK)) << PAGE_SHIFT) | (va & PAGE_MASK);
}

/** Where the entries of all three arrays begin and end within a hart's block. */
export const ENTRIES_BEGIN: usize = TLB_READ_OFFSET;
export const ENTRIES_END: usize =
  TLB_FETCH_OFFSET + ((<usize>TLB_FETCH_ENTRIES) << TLB_ENTRY_SHIFT);
export const ENTRY_SIZE: usize = 1 << TLB_ENTRY_SHIFT;
