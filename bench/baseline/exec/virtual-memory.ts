/**
 * Loads and stores the slow way: any alignment, page crossings, MMIO. First everything is resolved, so that
 * whatever can fault has faulted; then the access acts.
 */
import { busFault, busLoad, busStore } from '../bus/bus.js';
import { type Hart, MISS_MISALIGNED, MISS_MMIO } from '../hart/hart.js';
import { requestStop } from '../hart/interrupts.js';
import { raise } from '../hart/trap.js';
import { PAGE_MASK, PAGE_SIZE } from '../layout.js';
import { fault, guestAddress, IS_MMIO, resolve, translate } from '../mmu/tlb.js';
import { READ, WRITE } from '../mmu/tlb-entries.js';
import { accessFault } from '../mmu/walk.js';
import { pair } from '../pair.js';
import { EXIT_BUDGET, EXIT_HTIF } from '../vm/vm.js';
import { REDIRECT } from './outcome.js';

/** 0, or the outcome (REDIRECT, after a trap) of an access that failed. */
export let failed = 0;
/** Guest-physical address of an atomic's operand. */
export let locatedAddress = 0;

function fail(hart: Hart, low: number, high: number, cause: number): void {
  raise(hart, cause, low, high);
  failed = REDIRECT;
}

/** Linear address, or -1: MMIO (`failed` is 0) or failed. */
function locate(
  hart: Hart,
  entry: number,
  low: number,
  high: number,
  bytes: number,
  access: number,
): number {
  failed = 0;
  const address = entry < 0 ? -1 : resolve(hart, entry, low, bytes, access);
  if (address < 0 && fault !== IS_MMIO) fail(hart, low, high, fault);
  return address;
}

/** Zero-extended little-endian value, of any alignment. */
function readBytes(bytes: Uint8Array, address: number, count: number): number {
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index++) {
    if (index < 4) low |= bytes[address + index] << (8 * index);
    else high |= bytes[address + index] << (8 * (index - 4));
  }
  return pair(low, high);
}

/** Byte `index` of a pair. */
function byteOf(low: number, high: number, index: number): number {
  return index < 4 ? low >>> (8 * index) : high >>> (8 * (index - 4));
}

/** The zero-extended value at an address, a pair; look at `failed`. */
export function loadVirtual(hart: Hart, low: number, high: number, bytes: number): number {
  if ((low & (bytes - 1)) !== 0) hart.misses[MISS_MISALIGNED] += 1;
  const first = PAGE_SIZE - (low & PAGE_MASK);
  if (bytes > first) return loadCrossing(hart, low, high, first, bytes);
  const entry = translate(hart, low, high, READ);
  const address = locate(hart, entry, low, high, bytes, READ);
  if (failed !== 0) return 0;
  if (address >= 0) {
    const { memory } = hart.vm;
    if ((address & 3) === 0) {
      if (bytes === 8) return pair(memory.i32[address >>> 2], memory.i32[(address >>> 2) + 1]);
      if (bytes === 4) return pair(memory.i32[address >>> 2], 0);
    }
    return readBytes(memory.u8, address, bytes);
  }
  hart.misses[MISS_MMIO] += 1;
  const value = busLoad(hart, guestAddress(hart, entry, low), bytes);
  if (busFault !== 0) fail(hart, low, high, accessFault(READ));
  return value;
}

/** One page of an access that crosses; devices do not take such accesses. */
function crossing(hart: Hart, low: number, high: number, bytes: number, access: number): number {
  const entry = translate(hart, low, high, access);
  const address = locate(hart, entry, low, high, bytes, access);
  if (address < 0 && failed === 0) fail(hart, low, high, accessFault(access));
  return address;
}

/** The high half of an address `bytes` further, whose low half wrapped to `low`. */
function carried(low: number, high: number, bytes: number): number {
  return low >>> 0 < bytes ? (high + 1) | 0 : high;
}

function loadCrossing(hart: Hart, low: number, high: number, first: number, bytes: number): number {
  const next = (low + first) | 0;
  const nextHigh = carried(next, high, first);
  const begin = crossing(hart, low, high, first, READ);
  if (failed !== 0) return 0;
  const rest = crossing(hart, next, nextHigh, bytes - first, READ);
  if (failed !== 0) return 0;
  const { u8 } = hart.vm.memory;
  let valueLow = 0;
  let valueHigh = 0;
  for (let index = 0; index < bytes; index++) {
    const byte = u8[index < first ? begin + index : rest + (index - first)];
    if (index < 4) valueLow |= byte << (8 * index);
    else valueHigh |= byte << (8 * (index - 4));
  }
  return pair(valueLow, valueHigh);
}

/** Stores the lower `bytes` bytes of a pair; look at `failed`. */
export function storeVirtual(
  hart: Hart,
  low: number,
  high: number,
  bytes: number,
  valueLow: number,
  valueHigh: number,
): void {
  if ((low & (bytes - 1)) !== 0) hart.misses[MISS_MISALIGNED] += 1;
  const first = PAGE_SIZE - (low & PAGE_MASK);
  if (bytes > first) {
    storeCrossing(hart, low, high, first, bytes, valueLow, valueHigh);
    return;
  }
  const entry = translate(hart, low, high, WRITE);
  const address = locate(hart, entry, low, high, bytes, WRITE);
  if (failed !== 0) return;
  if (address >= 0) {
    const { memory } = hart.vm;
    if (bytes === 8 && (address & 3) === 0) {
      memory.i32[address >>> 2] = valueLow;
      memory.i32[(address >>> 2) + 1] = valueHigh;
    } else if (bytes === 4 && (address & 3) === 0) {
      memory.i32[address >>> 2] = valueLow;
    } else {
      for (let index = 0; index < bytes; index++) {
        memory.u8[address + index] = byteOf(valueLow, valueHigh, index);
      }
    }
    watchToHost(hart, guestAddress(hart, entry, low), bytes);
    return;
  }
  hart.misses[MISS_MMIO] += 1;
  busStore(hart, guestAddress(hart, entry, low), bytes, valueLow, valueHigh);
  if (busFault !== 0) fail(hart, low, high, accessFault(WRITE));
}

function storeCrossing(
  hart: Hart,
  low: number,
  high: number,
  first: number,
  bytes: number,
  valueLow: number,
  valueHigh: number,
): void {
  const next = (low + first) | 0;
  const nextHigh = carried(next, high, first);
  const begin = crossing(hart, low, high, first, WRITE);
  if (failed !== 0) return;
  const rest = crossing(hart, next, nextHigh, bytes - first, WRITE);
  if (failed !== 0) return;
  const { u8 } = hart.vm.memory;
  for (let index = 0; index < bytes; index++) {
    u8[index < first ? begin + index : rest + (index - first)] = byteOf(valueLow, valueHigh, index);
  }
  const entry = translate(hart, low, high, WRITE);
  watchToHost(hart, guestAddress(hart, entry, low), first);
  const nextEntry = translate(hart, next, nextHigh, WRITE);
  watchToHost(hart, guestAddress(hart, nextEntry, next), bytes - first);
}

/** HTIF: a store to the watched word ends the run; its page never becomes fast. */
export function watchToHost(hart: Hart, gpa: number, bytes: number): void {
  const { vm } = hart;
  if (vm.tohost < 0 || gpa + bytes <= vm.tohost || gpa >= vm.tohost + 8) return;
  if (vm.exitPending === EXIT_BUDGET) vm.exitPending = EXIT_HTIF;
  requestStop(hart);
}

/**
 * Linear address of an aligned atomic's operand in RAM, with its page open for `access`; -1 with
 * `failed`. `locatedAddress` is its guest-physical address.
 */
export function locateAtomic(
  hart: Hart,
  low: number,
  high: number,
  bytes: number,
  access: number,
): number {
  const entry = translate(hart, low, high, access);
  const address = locate(hart, entry, low, high, bytes, access);
  if (address < 0) {
    if (failed === 0) fail(hart, low, high, accessFault(access));
    return -1;
  }
  locatedAddress = guestAddress(hart, entry, low);
  return address;
}
