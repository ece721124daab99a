/** Fences: what they name leaves the TLB (Privileged 12.2.1, 15.3.2). */
import { Ext } from '../generated/ops';
import { at } from '../hart/hart';
import { PAGE_SHIFT, PAGE_SIZE } from '../layout';
import { spendWork } from '../vm/work';
import {
  emptyTlb,
  fenceMachine,
  fenceOwn,
  fenceVirtual,
  isSpared,
  retireFenced,
  selectContexts,
} from './context';
import {
  ENTRIES_BEGIN,
  ENTRIES_END,
  ENTRY_SIZE,
  entryFor,
  FETCH,
  GUEST_GLOBAL,
  GUEST_LEVEL_SHIFT,
  guestOf,
  LEVEL_NAPOT,
  READ,
  setTag,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_EMPTY,
  TAG_PAGE,
  tagOf,
  WRITE,
} from './entry';
import { mayHoldGuestPage } from './guest-pages';
import { mayHoldSuperpage } from './superpages';

/** A fence of more pages searches all entries instead of looking each page up. */
const FEW_PAGES: u64 = 32;
/** Work of looking one page up in all three arrays (vm/work). */
const PAGE_WORK: u32 = 16;

/** Empties the hart's TLB (a fence without operands, or a write of a PMP register). */
export function flushAll(hart: usize): void {
  emptyTlb(hart);
  selectContexts(hart);
}

/** Bits of the virtual page number that a superpage of this level leaves free. */
function coveredBits(level: u32): u64 {
  return level === LEVEL_NAPOT ? 0xffff : ((<u64>PAGE_SIZE) << (9 * level)) - 1;
}

/** Whether an entry holds a page of [first, last], itself or by the superpage it is of. */
function meets(entry: usize, first: u64, last: u64): bool {
  const covered = coveredBits(guestOf(entry) >> GUEST_LEVEL_SHIFT);
  const begin = tagOf(entry) & ~covered;
  return begin <= last && begin + covered >= first;
}

function dropIf(hart: usize, entry: usize, first: u64, last: u64): void {
  if (!meets(entry, first, last)) return;
  const id = <u32>((tagOf(entry) & TAG_CONTEXT) >> TAG_CONTEXT_SHIFT);
  if (!isSpared(hart, id, (guestOf(entry) & GUEST_GLOBAL) !== 0)) setTag(entry, TAG_EMPTY);
}

/**
 * Looks at all entries. Nearly all are of 4 KiB and of other pages, which one comparison tells: how far the page stands
 * behind `first`, which begins a page as `last` ends one.
 */
function searchPages(hart: usize, first: u64, last: u64): void {
  const span = last - first;
  const end = hart + ENTRIES_END;
  for (let entry = hart + ENTRIES_BEGIN; entry < end; entry += ENTRY_SIZE) {
    const small = guestOf(entry) >> GUEST_LEVEL_SHIFT === 0;
    if (small && (tagOf(entry) & TAG_PAGE) - first > span) continue;
    dropIf(hart, entry, first, last);
  }
}

/** Drops what the fence names of each page of [first, last], which holds its first byte and its last. */
function dropPages(hart: usize, first: u64, last: u64): void {
  const pages = ((last - first) >> PAGE_SHIFT) + 1;
  let search = pages > FEW_PAGES;
  for (let page: u64 = 0; !search && page < pages; ++page) {
    search = mayHoldSuperpage(hart, first + (page << PAGE_SHIFT));
  }
  if (search) {
    spendWork(at(hart).vm, <u32>((ENTRIES_END - ENTRIES_BEGIN) / ENTRY_SIZE));
    searchPages(hart, first, last);
    return;
  }
  spendWork(at(hart).vm, <u32>pages * PAGE_WORK);
  for (let page: u64 = 0; page < pages; ++page) {
    const va = first + (page << PAGE_SHIFT);
    dropIf(hart, entryFor(hart, va, READ), va, va);
    dropIf(hart, entryFor(hart, va, WRITE), va, va);
    dropIf(hart, entryFor(hart, va, FETCH), va, va);
  }
}

function dropRange(hart: usize, start: u64, bytes: u64): void {
  dropPages(hart, start & TAG_PAGE, (start + bytes - 1) | ~TAG_PAGE);
}

/**
 * SFENCE.VMA with V=0 of the whole address space (Privileged 12.2.1), or of all of one ASID's but global
 * pages. A hart with virtual machines keeps what it has of theirs.
 */
export function fenceAll(hart: usize, asid: u32, hasAsid: bool): void {
  if (!hasAsid && !(at(hart).extensions & Ext.H)) {
    flushAll(hart);
    return;
  }
  fenceOwn(asid, hasAsid);
  retireFenced(hart);
}

/**
 * SFENCE.VMA with V=0 of each page of [start, start + bytes), which is neither empty nor wraps: drops what
 * they name. A page of a superpage goes with any address in it; global entries stay when an ASID is
 * named.
 */
export function fenceRange(hart: usize, start: u64, bytes: u64, asid: u32, hasAsid: bool): void {
  fenceOwn(asid, hasAsid);
  dropRange(hart, start, bytes);
}

/** HFENCE.VVMA, or SFENCE.VMA with V=1: as `fenceAll`, for the virtual machine `vmid` (15.3.2). */
export function fenceAllVirtual(hart: usize, vmid: u32, asid: u32, hasAsid: bool): void {
  fenceVirtual(vmid, asid, hasAsid);
  retireFenced(hart);
}

/** As `fenceRange`, for the virtual machine `vmid`. */
export function fenceRangeVirtual(
  hart: usize,
  start: u64,
  bytes: u64,
  vmid: u32,
  asid: u32,
  hasAsid: bool,
): void {
  fenceVirtual(vmid, asid, hasAsid);
  dropRange(hart, start, bytes);
}

/** HFENCE.GVMA of all guest-physical addresses, of one virtual machine or of all (15.3.2). */
export function fenceAllGuest(hart: usize, vmid: u32, hasVmid: bool): void {
  fenceMachine(vmid, hasVmid);
  retireFenced(hart);
}

/**
 * HFENCE.GVMA of each page of [start, start + bytes), which is neither empty nor wraps. Entries do not hold
 * guest-physical addresses: if any may be meant, all of the virtual machine go. Without a VMID
 * nothing is looked up.
 */
export function fenceRangeGuest(
  hart: usize,
  start: u64,
  bytes: u64,
  vmid: u32,
  hasVmid: bool,
): void {
  const first = start & TAG_PAGE;
  const pages = ((start + bytes - 1 - first) >> PAGE_SHIFT) + 1;
  let meant = !hasVmid || pages > FEW_PAGES;
  for (let page: u64 = 0; !meant && page < pages; ++page) {
    meant = mayHoldGuestPage(hart, first + (page << PAGE_SHIFT), vmid);
  }
  spendWork(at(hart).vm, <u32>min<u64>(pages, FEW_PAGES));
  if (meant) fenceAllGuest(hart, vmid, hasVmid);
}
