/** The part of the ABI that is about a VM's memory: its frames, forks of it, what changed, what is missing. */
import { dropReservationsOf } from '../hart/reservation';
import { PAGE_SHIFT, PAGE_SIZE, TRANSFER } from '../layout';
import { dropAllWriteAddresses } from '../mmu/drop';
import { forkVm } from '../vm/lifecycle';
import { vmAt } from '../vm/vm';
import { changedFrames, countFrames, exclusiveFrames, frameParts, sharedFrames } from './accounts';
import { changePage } from './door';
import { changedPages, expectPages, fillPage, frameOf, isMissing } from './expected';
import { frameAddress } from './host';
import { isRamPage, mapEntry, mapEpoch } from './map';

/** Frame of a RAM page; 0: for a read all zero, for a write no frame is free; all ones: its content is elsewhere. */
export function vmFrame(vm: u32, page: u32, write: u32): u32 {
  const address = frameAddress(vm);
  if (!isRamPage(address, page)) return 0;
  if (write && !isMissing(address, page)) {
    dropReservationsOf(address, page);
    return <u32>(changePage(address, page, 0, PAGE_SIZE) >> PAGE_SHIFT);
  }
  return frameOf(address, page);
}

/** Notes that pages, whose numbers (u32) are at TRANSFER, have their content elsewhere; of how many. */
export function vmExpect(vm: u32, count: u32): u32 {
  return expectPages(frameAddress(vm), count);
}

/** The page, counted from 1, for which the last run, or request of a device, ended with nothing done; else 0. */
export function vmMissing(vm: u32): u32 {
  return vmAt(frameAddress(vm)).missing;
}

/** Frame for the content of a page that has none; 0 if it has one, and if none is free. */
export function vmFill(vm: u32, page: u32): u32 {
  return isRamPage(frameAddress(vm), page) ? fillPage(frameAddress(vm), page) : 0;
}

/** Pages from `from` on that have frames and changed in an epoch after `since`: their numbers (u32) at TRANSFER; how many. */
export function vmChangedPages(vm: u32, since: u32, from: u32): u32 {
  return changedPages(frameAddress(vm), since, from);
}

/** Frames of guest memory, of map tables and of requests that are the VM's alone. */
export function vmFramesOwned(vm: u32): u32 {
  countFrames(frameAddress(vm), 0);
  return exclusiveFrames;
}

/** Frames of guest memory and map tables that other VMs have, too. */
export function vmFramesShared(vm: u32): u32 {
  countFrames(frameAddress(vm), 0);
  return sharedFrames;
}

/**
 * A VM's account, at TRANSFER: its part of all frames (f64), frames that are its alone, shared ones, and pages that
 * changed after epoch `since` (u32 each).
 */
export function vmAccount(vm: u32, since: u32): void {
  countFrames(frameAddress(vm), since);
  store<f64>(TRANSFER, frameParts);
  store<u32>(TRANSFER, exclusiveFrames, 8);
  store<u32>(TRANSFER, sharedFrames, 12);
  store<u32>(TRANSFER, changedFrames, 16);
}

/**
 * A VM that goes on as this one would: the same harts, devices and memory, of which each page is copied when one of
 * them changes it. Its frame number; 0 while requests of a device are under way, or when frames are short.
 */
export function vmFork(vm: u32): u32 {
  return <u32>(forkVm(frameAddress(vm)) >> PAGE_SHIFT);
}

/** Begins a new epoch and returns the one that ended: pages stamped above it changed since. */
export function vmBeginEpoch(vm: u32): u32 {
  const address = frameAddress(vm);
  const ended = vmAt(address).epoch;
  vmAt(address).epoch = ended + 1;
  dropAllWriteAddresses(address);
  return ended;
}

/** Epoch of a page's last change; 0 if it was never written. */
export function vmPageEpoch(vm: u32, page: u32): u32 {
  const address = frameAddress(vm);
  const entry = isRamPage(address, page) ? mapEntry(address, page) : 0;
  return entry ? mapEpoch(entry) : 0;
}
