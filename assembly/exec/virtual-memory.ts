/**
 * Loads and stores the slow way: any alignment, page crossings, MMIO. First everything is resolved,
 * so that whatever can fault has faulted; then the access acts (law 9).
 */
import { busFault, busLoad, busStore } from '../bus/bus';
import { stopsAtAccess } from '../debug/watchpoints';
import { Ext } from '../generated/ops';
import { isGuestPageFault } from '../hart/cause';
import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { raiseAccess } from '../hart/trap';
import { PAGE_MASK, PAGE_SIZE } from '../layout';
import { guestAddress, READ, WRITE } from '../mmu/entry';
import { isVirtual } from '../mmu/regime';
import { fault, IS_MMIO, NO_MEMORY, resolve, translate } from '../mmu/tlb';
import { accessFault, faultedGuest, faultedImplicit } from '../mmu/walk-fault';
import { stopForMemory } from '../vm/exit';
import { EXIT_BUDGET, EXIT_HTIF, vmAt } from '../vm/vm';
import { REDIRECT, REENTER } from './outcome';
import { transformed } from './transformed';

/** 0, or the outcome (REDIRECT after a trap, REENTER without memory or for a debugger) of an access that failed. */
export let failed: u32 = 0;

/** Where the access of the instruction that runs begins; a fault may be in its second page. */
let begin: u64 = 0;

/** Linear address, or 0: MMIO (`failed` is 0) or failed. */
function locate(hart: usize, entry: usize, va: u64, bytes: u32, access: u32): usize {
  failed = 0;
  const address = entry ? resolve(hart, entry, va, bytes, access) : 0;
  if (!address && fault !== IS_MMIO) fail(hart, va, fault, access);
  return address;
}

function fail(hart: usize, va: u64, cause: u64, access: u32): void {
  if (cause === NO_MEMORY) {
    stopForMemory(hart);
    failed = REENTER;
  } else if (isGuestPageFault(cause)) {
    refuse(hart, cause, va, access, faultedGuest, faultedImplicit);
  } else {
    refuse(hart, cause, va, access, 0, 0);
  }
}

/** Takes the exception; tinst tells of the instruction, or of the walk's own access (15.6.3). */
function refuse(
  hart: usize,
  cause: u64,
  va: u64,
  access: u32,
  guestAddress: u64,
  implicit: u64,
): void {
  let instruction = implicit;
  if (!implicit && at(hart).extensions & Ext.H) instruction = transformed(hart, <u32>(va - begin));
  raiseAccess(hart, cause, va, isVirtual(hart, access), guestAddress, instruction);
  failed = REDIRECT;
}

/** An atomic at an address that is not aligned. */
export function refuseMisaligned(hart: usize, cause: u64, va: u64): void {
  begin = va;
  refuse(hart, cause, va, READ, 0, 0);
}

/** Whether a debugger wants to know of an access, all of which is resolved: the hart then stops before it. */
function isWatched(hart: usize, va: u64, bytes: u32, access: u32, modifies: bool): bool {
  if (!stopsAtAccess(hart, va, bytes, access, modifies)) return false;
  failed = REENTER;
  return true;
}

function loadBytes(address: usize, bytes: u32): u64 {
  if (bytes === 8) return load<u64>(address);
  if (bytes === 4) return load<u32>(address);
  return bytes === 2 ? load<u16>(address) : load<u8>(address);
}

function storeBytes(address: usize, bytes: u32, value: u64): void {
  if (bytes === 8) store<u64>(address, value);
  else if (bytes === 4) store<u32>(address, <u32>value);
  else if (bytes === 2) store<u16>(address, <u16>value);
  else store<u8>(address, <u8>value);
}

/** Zero-extended value at `va`; look at `failed`. */
export function loadVirtual(hart: usize, va: u64, bytes: u32): u64 {
  begin = va;
  if (va & (bytes - 1)) at(hart).missMisaligned += 1;
  const first = PAGE_SIZE - (<u32>va & PAGE_MASK);
  if (bytes > first) return loadCrossing(hart, va, first, bytes);
  const entry = translate(hart, va, READ);
  const address = locate(hart, entry, va, bytes, READ);
  if (failed || isWatched(hart, va, bytes, READ, false)) return 0;
  if (address) return loadBytes(address, bytes);
  at(hart).missMmio += 1;
  const value = busLoad(hart, guestAddress(entry, va), bytes);
  if (busFault) fail(hart, va, accessFault(READ), READ);
  return value;
}

function loadCrossing(hart: usize, va: u64, first: u32, bytes: u32): u64 {
  const next = va + first;
  const low = crossing(hart, va, first, READ);
  if (failed) return 0;
  const high = crossing(hart, next, bytes - first, READ);
  if (failed || isWatched(hart, va, bytes, READ, false)) return 0;
  let value: u64 = 0;
  for (let index: u32 = 0; index < bytes; ++index) {
    const from = index < first ? low + index : high + (index - first);
    value |= (<u64>load<u8>(from)) << (8 * index);
  }
  return value;
}

/** One page of an access that crosses; devices do not take such accesses. */
function crossing(hart: usize, va: u64, bytes: u32, access: u32): usize {
  const address = locate(hart, translate(hart, va, access), va, bytes, access);
  if (!address && !failed) fail(hart, va, accessFault(access), access);
  return address;
}

/** Stores the lower `bytes` bytes at `va`; look at `failed`. */
export function storeVirtual(hart: usize, va: u64, bytes: u32, value: u64): void {
  begin = va;
  if (va & (bytes - 1)) at(hart).missMisaligned += 1;
  const first = PAGE_SIZE - (<u32>va & PAGE_MASK);
  if (bytes > first) {
    storeCrossing(hart, va, first, bytes, value);
    return;
  }
  const entry = translate(hart, va, WRITE);
  const address = locate(hart, entry, va, bytes, WRITE);
  if (failed || isWatched(hart, va, bytes, WRITE, false)) return;
  if (address) {
    storeBytes(address, bytes, value);
    watchToHost(hart, guestAddress(entry, va), bytes);
    return;
  }
  at(hart).missMmio += 1;
  busStore(hart, guestAddress(entry, va), bytes, value);
  if (busFault) fail(hart, va, accessFault(WRITE), WRITE);
}

function storeCrossing(hart: usize, va: u64, first: u32, bytes: u32, value: u64): void {
  const low = crossing(hart, va, first, WRITE);
  if (failed) return;
  const high = crossing(hart, va + first, bytes - first, WRITE);
  if (failed || isWatched(hart, va, bytes, WRITE, false)) return;
  for (let index: u32 = 0; index < bytes; ++index) {
    const to = index < first ? low + index : high + (index - first);
    store<u8>(to, <u8>(value >> (8 * index)));
  }
  watchToHost(hart, guestAddress(translate(hart, va, WRITE), va), first);
  watchToHost(hart, guestAddress(translate(hart, va + first, WRITE), va + first), bytes - first);
}

/** HTIF: a store to the watched word ends the run; its page never becomes fast. */
export function watchToHost(hart: usize, gpa: u64, bytes: u32): void {
  const vm = <usize>at(hart).vm;
  const tohost = vmAt(vm).tohost;
  if (gpa + bytes <= tohost || gpa >= tohost + 8) return;
  if (vmAt(vm).exitPending === EXIT_BUDGET) vmAt(vm).exitPending = EXIT_HTIF;
  requestStop(hart);
}

/**
 * Linear address of an aligned atomic's operand in RAM, with its page open for `access`; 0 with
 * `failed`. `locatedAddress` is its guest-physical address. `modifies`: what is written depends on what
 * is read.
 */
export function locateAtomic(hart: usize, va: u64, bytes: u32, access: u32, modifies: bool): usize {
  begin = va;
  const entry = translate(hart, va, access);
  const address = locate(hart, entry, va, bytes, access);
  if (!address) {
    if (!failed) fail(hart, va, accessFault(access), access);
    return 0;
  }
  locatedAddress = guestAddress(entry, va);
  return isWatched(hart, va, bytes, access, modifies) ? 0 : address;
}

export let locatedAddress: u64 = 0;
