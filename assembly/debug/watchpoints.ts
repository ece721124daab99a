/**
 * Watchpoints: loads, stores and atomics of given bytes, by virtual address. Data entries of a page that
 * has watched bytes are never fast, so that each access to it passes exec/virtual-memory, which asks
 * here once all of the access is resolved and before anything of it is done.
 */
import { at } from '../hart/hart';
import { PAGE_SIZE } from '../layout';
import { dropDataOfPage } from '../mmu/drop';
import { READ, TAG_PAGE, WRITE } from '../mmu/entry';
import {
  debugOf,
  PASS_WATCHPOINT,
  passes,
  STOP_READ,
  STOP_WRITE,
  WATCHPOINTS_MOST,
  watchpointAt,
} from './record';
import { stopForDebugger } from './stop';

const WATCH_READ: u32 = 1;
const WATCH_WRITE: u32 = 2;
/** One watches a variable or a small record; each page of it loses its fast path. */
const LONGEST: u64 = <u64>PAGE_SIZE;

/** Index of a watchpoint, or their number. */
function find(vm: usize, address: u64, last: u64, kinds: u32): u32 {
  const count = debugOf(vm).watchpoints;
  let index: u32 = 0;
  while (index < count) {
    const watch = watchpointAt(vm, index);
    if (watch.address === address && watch.last === last && watch.kinds === kinds) break;
    ++index;
  }
  return index;
}

/** False when the table is full, or for a range that is empty, too long, or wraps. */
export function setWatchpoint(vm: usize, address: u64, length: u64, kinds: u32): bool {
  const last = address + length - 1;
  if (!length || length > LONGEST || last < address) return false;
  if (!kinds || kinds > (WATCH_READ | WATCH_WRITE)) return false;
  const count = debugOf(vm).watchpoints;
  if (find(vm, address, last, kinds) < count) return true;
  if (count === WATCHPOINTS_MOST) return false;
  const watch = watchpointAt(vm, count);
  watch.address = address;
  watch.last = last;
  watch.kinds = kinds;
  debugOf(vm).watchpoints = count + 1;
  dropDataOfPage(vm, address);
  dropDataOfPage(vm, last);
  return true;
}

/** False when there is none such. */
export function clearWatchpoint(vm: usize, address: u64, length: u64, kinds: u32): bool {
  const count = debugOf(vm).watchpoints;
  const index = find(vm, address, address + length - 1, kinds);
  if (index === count) return false;
  const from = watchpointAt(vm, count - 1);
  const to = watchpointAt(vm, index);
  to.address = from.address;
  to.last = from.last;
  to.kinds = from.kinds;
  debugOf(vm).watchpoints = count - 1;
  return true;
}

/** Whether accesses to the page of `va` must be looked at one by one. */
export function isWatchedPage(vm: usize, va: u64): bool {
  const count = debugOf(vm).watchpoints;
  const page = va & TAG_PAGE;
  for (let index: u32 = 0; index < count; ++index) {
    const watch = watchpointAt(vm, index);
    if ((watch.address & TAG_PAGE) <= page && watch.last >= page) return true;
  }
  return false;
}

/** Stops the hart if bytes of an access are watched for it; `modifies`: an atomic that also reads. */
export function stopsAtAccess(hart: usize, va: u64, bytes: u32, access: u32, modifies: bool): bool {
  const vm = <usize>at(hart).vm;
  const count = debugOf(vm).watchpoints;
  if (!count || passes(vm, at(hart).index) & PASS_WATCHPOINT) return false;
  const last = va + bytes - 1;
  let kinds = access === READ ? WATCH_READ : WATCH_WRITE;
  if (modifies) kinds |= WATCH_READ;
  for (let index: u32 = 0; index < count; ++index) {
    const watch = watchpointAt(vm, index);
    if (!(watch.kinds & kinds) || watch.address > last || watch.last < va) continue;
    const kind = access === WRITE ? STOP_WRITE : STOP_READ;
    stopForDebugger(hart, kind, PASS_WATCHPOINT, max<u64>(va, watch.address));
    return true;
  }
  return false;
}
