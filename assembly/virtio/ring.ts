/**
 * The split rings (VIRTIO 1.2 §2.7). Once a queue is ready, all of its three parts are known to lie
 * in RAM, aligned; once a request was asked for, each page that the device writes has a frame.
 *
 * ```
 * available: flags u16, idx u16, ring u16 × size, used_event u16        written by the driver
 * used:      flags u16, idx u16, (id u32, len u32) × size, avail_event u16   written by the device
 * ```
 */
import { RESERVE_FAILED, RESERVE_SEEN, ramRead, reservePage, straightRange } from '../frames/door';
import { isAnyMissing } from '../frames/expected';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { dropAddresses } from '../mmu/drop';
import { changeAt, isRamRange, touch } from './guest-copy';
import { EVENT_IDX, Queue, Slot } from './slot';

const IDX: u32 = 2;
const RING: u32 = 4;
const DESCRIPTOR_SIZE: u64 = 16;
const USED_SIZE: u32 = 8;
const AVAILABLE_SIZE: u32 = 2;
/** The driver asks for no interrupts (VIRTIO 1.2 §2.7.6, VIRTQ_AVAIL_F_NO_INTERRUPT). */
const NO_INTERRUPT: u32 = 1;

function usedSize(queue: Queue): u32 {
  return RING + USED_SIZE * queue.size + 2;
}

/** Offsets in RAM of a ready queue's rings. */
function availableOffset(queue: Queue): u32 {
  return <u32>(queue.available - RAM_BASE);
}

function usedOffset(queue: Queue): u32 {
  return <u32>(queue.used - RAM_BASE);
}

/** Whether the queue's parts are where and what rings may be; then they can be used. */
export function checkRings(vm: usize, queue: Queue): bool {
  const size = <u64>queue.size;
  if (!size || size > queue.most || popcnt<u64>(size) !== 1) return false;
  if (queue.descriptors & 15 || queue.available & 1 || queue.used & 3) return false;
  if (!isRamRange(vm, queue.descriptors, DESCRIPTOR_SIZE * size)) return false;
  if (!isRamRange(vm, queue.available, RING + <u64>AVAILABLE_SIZE * size + 2)) return false;
  return isRamRange(vm, queue.used, usedSize(queue));
}

function isMissingRange(vm: usize, offset: u32, length: u32): bool {
  return isAnyMissing(vm, offset >> PAGE_SHIFT, (offset + length - 1) >> PAGE_SHIFT);
}

/**
 * Gives the used ring its frames; false when the host has none left, or a page of the rings is missing. Not when the queue gets ready: the
 * driver did nothing wrong then, and could not be told to wait.
 */
export function reserveUsedRing(vm: usize, queue: Queue): bool {
  if (isMissingRange(vm, availableOffset(queue), RING + AVAILABLE_SIZE * queue.size + 2))
    return false;
  const descriptors = <u32>(queue.descriptors - RAM_BASE);
  if (isMissingRange(vm, descriptors, <u32>DESCRIPTOR_SIZE * queue.size)) return false;
  const last = (usedOffset(queue) + usedSize(queue) - 1) >> PAGE_SHIFT;
  for (let page = usedOffset(queue) >> PAGE_SHIFT; page <= last; ++page) {
    const reserved = reservePage(vm, page);
    if (reserved === RESERVE_FAILED) return false;
    if (reserved === RESERVE_SEEN) dropAddresses(vm, page);
  }
  queue.usedAddress = <u32>straightRange(vm, usedOffset(queue), usedSize(queue));
  queue.reserved = 1;
  return true;
}

/** Address of what the driver has written at `place` of the available ring, good to the end of an entry. */
function availableAt(vm: usize, queue: Queue, place: u32): usize {
  if (queue.availableAddress) return queue.availableAddress + place;
  const size = RING + AVAILABLE_SIZE * queue.size + 2;
  queue.availableAddress = <u32>straightRange(vm, availableOffset(queue), size);
  return ramRead(vm, availableOffset(queue) + place);
}

function loadIndex(vm: usize, queue: Queue, place: u32): u32 {
  return atomic.load<u16>(availableAt(vm, queue, place));
}

/** Address for a change of `bytes` bytes within a page at `place` of the used ring; 0 without a frame. */
function usedAt(vm: usize, queue: Queue, place: u32, bytes: u32): usize {
  const offset = usedOffset(queue) + place;
  if (!queue.usedAddress) return changeAt(vm, offset, bytes);
  const address = <usize>queue.usedAddress + place;
  touch(vm, offset, address, bytes);
  return address;
}

function storeIndex(vm: usize, queue: Queue, place: u32, value: u32): void {
  const address = usedAt(vm, queue, place, 2);
  if (address) atomic.store<u16>(address, <u16>value);
}

/** Entries that the driver made available and the device has not taken; wrapped at 2^16. */
export function availableCount(vm: usize, queue: Queue): u32 {
  return (loadIndex(vm, queue, IDX) - queue.availableNext) & 0xffff;
}

/** Index of the descriptor that the next available chain begins with. */
export function nextHead(vm: usize, queue: Queue): u32 {
  const place = queue.availableNext & (queue.size - 1);
  return load<u16>(availableAt(vm, queue, RING + AVAILABLE_SIZE * place));
}

/** All was taken: the driver shall notify of the next entry (VIRTIO 1.2 §2.7.10). */
export function askForNotification(vm: usize, slot: Slot, queue: Queue): void {
  if (!(slot.driverFeatures & EVENT_IDX)) return;
  storeIndex(vm, queue, RING + USED_SIZE * queue.size, queue.availableNext);
}

/**
 * Gives a chain back (VIRTIO 1.2 §2.7.8.2): the entry first, then the index. Returns whether the driver
 * wants an interrupt for it (§2.7.7.2): with EVENT_IDX, if it is the entry that the driver named.
 */
export function putUsed(vm: usize, slot: Slot, queue: Queue, head: u32, written: u32): bool {
  const previous = queue.usedNext;
  const place = RING + USED_SIZE * (previous & (queue.size - 1));
  if (((usedOffset(queue) + place) & PAGE_MASK) === PAGE_SIZE - 4) {
    // An entry is aligned to 4, so that it may cross pages in its middle.
    const id = usedAt(vm, queue, place, 4);
    const length = usedAt(vm, queue, place + 4, 4);
    if (id) store<u32>(id, head);
    if (length) store<u32>(length, written);
  } else {
    const entry = usedAt(vm, queue, place, USED_SIZE);
    if (entry) store<u64>(entry, <u64>head | ((<u64>written) << 32));
  }
  queue.usedNext = (previous + 1) & 0xffff;
  storeIndex(vm, queue, IDX, queue.usedNext);
  if (slot.driverFeatures & EVENT_IDX) {
    return loadIndex(vm, queue, RING + AVAILABLE_SIZE * queue.size) === previous;
  }
  return (loadIndex(vm, queue, 0) & NO_INTERRUPT) === 0;
}
