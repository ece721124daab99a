/**
 * What the hypervisor may do to TLBs: drop address halves. The first halves stay, so the guest cannot
 * tell; the next access finds the address again.
 */
import { RAM_BASE } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import {
  ENTRIES_END,
  ENTRY_WORDS,
  FETCH_ENTRIES,
  GUEST_PAGE_MASK,
  READ_ENTRIES,
  TAG_SLOW,
  WRITE_ENTRIES,
} from './tlb-entries.js';

const RAM_PAGE = RAM_BASE / 4096;

function dropIn(vm: Vm, page: number, begin: number, end: number): void {
  const guest = page + RAM_PAGE;
  for (const { tlb } of vm.harts) {
    const { entries } = tlb;
    for (let entry = begin; entry < end; entry += ENTRY_WORDS) {
      if ((entries[entry + 3] & GUEST_PAGE_MASK) === guest) entries[entry] |= TAG_SLOW;
    }
  }
}

/** No TLB of the VM keeps the address of a RAM page. */
export function dropAddresses(vm: Vm, page: number): void {
  dropIn(vm, page, READ_ENTRIES, ENTRIES_END);
}

/** Stores into a RAM page must be seen from now on. */
export function dropWriteAddresses(vm: Vm, page: number): void {
  dropIn(vm, page, WRITE_ENTRIES, FETCH_ENTRIES);
}

/** Decoded code of a RAM page goes: fetches must look for it anew. */
export function dropFetchAddresses(vm: Vm, page: number): void {
  dropIn(vm, page, FETCH_ENTRIES, ENTRIES_END);
}

/** A new epoch begins: the first store into any page must be seen. */
export function dropAllWriteAddresses(vm: Vm): void {
  for (const { tlb } of vm.harts) {
    const { entries } = tlb;
    for (let entry = WRITE_ENTRIES; entry < FETCH_ENTRIES; entry += ENTRY_WORDS) {
      entries[entry] |= TAG_SLOW;
    }
  }
}
