/**
 * What the hypervisor may do to TLBs: drop address halves. The first halves stay, so the guest
 * cannot tell (law 4); the next access refills the address from the guest map.
 */
import { TLB_FETCH_OFFSET, TLB_WRITE_OFFSET } from '../hart/hart';
import { PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { hartOf, vmAt } from '../vm/vm';
import { spendWork } from '../vm/work';
import {
  ENTRIES_BEGIN,
  ENTRIES_END,
  ENTRY_SIZE,
  fetchEntry,
  GUEST_PAGE_MASK,
  guestOf,
  readEntry,
  setTag,
  TAG_SLOW,
  tagOf,
  writeEntry,
} from './entry';

const RAM_PAGE: u32 = <u32>(RAM_BASE >> PAGE_SHIFT);

function dropIn(vm: usize, page: u32, begin: usize, end: usize): void {
  const guest = page + RAM_PAGE;
  spendWork(vm, vmAt(vm).harts * <u32>((end - begin) / ENTRY_SIZE));
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    for (let entry = hart + begin; entry < hart + end; entry += ENTRY_SIZE) {
      if ((guestOf(entry) & GUEST_PAGE_MASK) === guest) setTag(entry, tagOf(entry) | TAG_SLOW);
    }
  }
}

/** A RAM page gets another frame: no TLB of the VM may keep its address. */
export function dropAddresses(vm: usize, page: u32): void {
  dropIn(vm, page, ENTRIES_BEGIN, ENTRIES_END);
}

/** Stores into a RAM page must be seen from now on. */
export function dropWriteAddresses(vm: usize, page: u32): void {
  dropIn(vm, page, TLB_WRITE_OFFSET, TLB_FETCH_OFFSET);
}

/** Decoded code of a RAM page goes: fetches must look for it anew. */
export function dropFetchAddresses(vm: usize, page: u32): void {
  dropIn(vm, page, TLB_FETCH_OFFSET, ENTRIES_END);
}

function slow(entry: usize, va: u64): void {
  if ((tagOf(entry) ^ va) < <u64>PAGE_SIZE) setTag(entry, tagOf(entry) | TAG_SLOW);
}

/** A debugger looks at each fetch from the virtual page of `va`, in any address space. */
export function dropFetchesOfPage(vm: usize, va: u64): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    slow(fetchEntry(hartOf(vm, index), va), va);
  }
}

/** A debugger looks at each load and store in the virtual page of `va`. */
export function dropDataOfPage(vm: usize, va: u64): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    slow(readEntry(hartOf(vm, index), va), va);
    slow(writeEntry(hartOf(vm, index), va), va);
  }
}

/** Many RAM pages get other frames: no TLB of the VM keeps any address. */
export function dropAllAddresses(vm: usize): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    for (let entry = hart + ENTRIES_BEGIN; entry < hart + ENTRIES_END; entry += ENTRY_SIZE) {
      setTag(entry, tagOf(entry) | TAG_SLOW);
    }
  }
}

/** A new epoch begins: the first store into any page must be seen. */
export function dropAllWriteAddresses(vm: usize): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    const end = hart + TLB_FETCH_OFFSET;
    for (let entry = hart + TLB_WRITE_OFFSET; entry < end; entry += ENTRY_SIZE) {
      setTag(entry, tagOf(entry) | TAG_SLOW);
    }
  }
}
