/**
 * The split rings (VIRTIO 1.2 §2.7). Once a queue is ready, all of its three parts are known to lie
 * in RAM, aligned, and stay where they are.
 *
 * ```
 * available: flags u16, idx u16, ring u16 × size, used_event u16        written by the driver
 * used:      flags u16, idx u16, (id u32, len u32) × size, avail_event u16   written by the device
 * ```
 */
import type { Vm } from '../vm/vm.js';
import { changeRam, ramOffset } from './guest-copy.js';
import { EVENT_IDX, type Queue, type Slot } from './slot.js';

/** Sizes in bytes. */
const HEADER = 4;
const EVENT = 2;
const DESCRIPTOR = 16;
const USED = 8;
const AVAILABLE = 2;
/** Before the ring: in half-words of the available ring, in words of the used one. */
const IDX_HALF = 1;
const RING_HALF = 2;
const RING_WORD = 1;
/** Words of a page. */
const PAGE_WORDS = 1024;
/** The driver asks for no interrupts (VIRTIO 1.2 §2.7.6, VIRTQ_AVAIL_F_NO_INTERRUPT). */
const NO_INTERRUPT = 1;

/** Whether the queue's parts are where and what rings may be; then they can be used. */
export function checkRings(vm: Vm, queue: Queue): boolean {
  const { size } = queue;
  if (size <= 0 || size > queue.most || (size & (size - 1)) !== 0) return false;
  if (queue.descriptorsLow & 15 || queue.availableLow & 1 || queue.usedLow & 3) return false;
  const descriptors = ramOffset(vm, queue.descriptorsLow, queue.descriptorsHigh, DESCRIPTOR * size);
  const ring = HEADER + AVAILABLE * size + EVENT;
  const available = ramOffset(vm, queue.availableLow, queue.availableHigh, ring);
  const used = ramOffset(vm, queue.usedLow, queue.usedHigh, HEADER + USED * size + EVENT);
  if (descriptors < 0 || available < 0 || used < 0) return false;
  queue.descriptorWord = (vm.ramStart + descriptors) >>> 2;
  queue.availableHalf = ((vm.ramStart + available) / 2) | 0;
  queue.usedWord = (vm.ramStart + used) >>> 2;
  queue.usedRamWord = used >>> 2;
  return true;
}

/** Entries that the driver made available and the device has not taken; wrapped at 2^16. */
export function availableCount(vm: Vm, queue: Queue): number {
  return (vm.memory.u16[queue.availableHalf + IDX_HALF] - queue.availableNext) & 0xffff;
}

/** Index of the descriptor that the next available chain begins with. */
export function nextHead(vm: Vm, queue: Queue): number {
  const place = queue.availableNext & (queue.size - 1);
  return vm.memory.u16[queue.availableHalf + RING_HALF + place];
}

/** All was taken: the driver shall notify of the next entry (VIRTIO 1.2 §2.7.10). */
export function askForNotification(vm: Vm, slot: Slot, queue: Queue): void {
  if ((slot.driverLow & EVENT_IDX) === 0) return;
  const word = RING_WORD + 2 * queue.size;
  changeRam(vm, 4 * (queue.usedRamWord + word), 2);
  vm.memory.u16[2 * (queue.usedWord + word)] = queue.availableNext;
}

/**
 * Gives a chain back (VIRTIO 1.2 §2.7.8.2): the entry first, then the index. Returns whether the driver
 * wants an interrupt for it (§2.7.7.2): with EVENT_IDX, if it is the entry that the driver named.
 */
export function putUsed(vm: Vm, slot: Slot, queue: Queue, head: number, written: number): boolean {
  const { i32, u16 } = vm.memory;
  const previous = queue.usedNext;
  const word = RING_WORD + 2 * (previous & (queue.size - 1));
  const place = queue.usedRamWord + word;
  // An entry is aligned to 4, so that it may cross pages in its middle.
  if ((place & (PAGE_WORDS - 1)) === PAGE_WORDS - 1) {
    changeRam(vm, 4 * place, 4);
    changeRam(vm, 4 * place + 4, 4);
  } else {
    changeRam(vm, 4 * place, 8);
  }
  i32[queue.usedWord + word] = head;
  i32[queue.usedWord + word + 1] = written;
  queue.usedNext = (previous + 1) & 0xffff;
  changeRam(vm, 4 * queue.usedRamWord + 2, 2);
  u16[2 * queue.usedWord + IDX_HALF] = queue.usedNext;
  const flags = queue.availableHalf;
  if ((slot.driverLow & EVENT_IDX) !== 0) return u16[flags + RING_HALF + queue.size] === previous;
  return (u16[flags] & NO_INTERRUPT) === 0;
}
