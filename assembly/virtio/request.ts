/**
 * A request's life (law 9): `takeRequest` checks it and pins its pages, or leaves it in its queue; then
 * its back end copies and completes, which cannot fail. A request of a device that was reset meanwhile
 * is void: what is done to it does nothing.
 *
 * ```
 *   available ── take ──▶ taken ── complete ──▶ used
 *                           └────── reset ────▶ void
 * ```
 */
import { TRANSFER, TRANSFER_SIZE } from '../layout';
import { SLAB_FRAMES, VIRTIO_QUEUES, VIRTIO_SLOTS, vmAt } from '../vm/vm';
import { NO_SLAB, readChain } from './chain';
import { copyFromFrame, copyFromGuest, copyToFrame, copyToGuest } from './guest-copy';
import { breakDevice, raiseInterrupt } from './interrupt';
import { askForNotification, availableCount, nextHead, putUsed, reserveUsedRing } from './ring';
import {
  chainOf,
  hasRoomFor,
  PIN_DONE,
  PIN_FAILED,
  pinChain,
  releaseChain,
  Segment,
  Slab,
  segmentAt,
  slabAt,
  takeSlab,
  unpinChain,
} from './slab';
import {
  CAUSE_AVAILABLE,
  CAUSE_NONE,
  DRIVER_OK,
  NEEDS_RESET,
  Queue,
  queueAt,
  Slot,
  slotAt,
  USED_BUFFER,
} from './slot';

/** Results of `takeRequest` that are no chain's address. */
export const TAKE_NONE: u32 = 0;
/** Requests under way must end first. */
export const TAKE_LATER: u32 = 1;
/** The host has no frame left; nothing was done. */
export const TAKE_NO_MEMORY: u32 = 2;
/** The driver made a chain that is none, and the device stands still until it is reset. */
export const TAKE_BROKEN: u32 = 3;
/** Enough was done in this turn of the host layer: it is to be asked again in the next. */
export const TAKE_NEXT_TURN: u32 = 4;
/** A page of it is still where the VM is restored from; nothing was done. */
export const TAKE_MISSING: u32 = 5;

/** What `takeRequest` tells of a request, at TRANSFER; its first readable bytes follow. */
const TAKEN_SERIAL: usize = 0;
const TAKEN_READABLE: usize = 4;
const TAKEN_WRITABLE: usize = 8;
const TAKEN_COPIED: usize = 12;
const TAKEN_SIZE: u32 = 16;
/** So much of a request too long to be copied at once: the headers of devices are shorter. */
const LONG_PREFIX: u32 = 64;

function isServed(slot: Slot): bool {
  return (slot.status & (DRIVER_OK | NEEDS_RESET)) === DRIVER_OK;
}

/** Takes a queue's next request: its address for the other calls here, its figures at TRANSFER. */
export function takeRequest(vm: usize, slotIndex: u32, queueIndex: u32): u32 {
  if (slotIndex >= VIRTIO_SLOTS || queueIndex >= VIRTIO_QUEUES) return TAKE_NONE;
  const slot = slotAt(vm, slotIndex);
  const queue = queueAt(slot, queueIndex);
  if (!isServed(slot) || !queue.ready) return TAKE_NONE;
  vmAt(vm).missing = 0;
  if (!queue.reserved && !reserveUsedRing(vm, queue)) return shortOfPages(vm);
  const count = availableCount(vm, queue);
  if (!count) {
    askForNotification(vm, slot, queue);
    return TAKE_NONE;
  }
  if (count > queue.size) {
    breakDevice(vm, slot, CAUSE_AVAILABLE);
    return TAKE_BROKEN;
  }
  const first = takeSlab(vm);
  if (!first) return shortOfSlabs(vm);
  const head = nextHead(vm, queue);
  const cause = readChain(vm, slot, queue, head, first);
  const refusal = refusalOf(vm, slot, first, cause);
  if (refusal !== TAKE_NONE) {
    releaseChain(vm, first);
    return refusal;
  }
  begin(vm, slabAt(first), slotIndex, queueIndex, head);
  queue.availableNext = (queue.availableNext + 1) & 0xffff;
  queue.inFlight += 1;
  return <u32>first;
}

/** Pins a chain that was read with `cause`; why it cannot be taken, or TAKE_NONE. */
function refusalOf(vm: usize, slot: Slot, first: usize, cause: u32): u32 {
  // What was read of a missing page is not what stands there.
  if (vmAt(vm).missing) return TAKE_MISSING;
  if (cause === NO_SLAB) return shortOfSlabs(vm);
  if (cause !== CAUSE_NONE) {
    breakDevice(vm, slot, cause);
    return TAKE_BROKEN;
  }
  if (!hasRoomFor(vm, first)) return TAKE_LATER;
  const pinned = pinChain(vm, first);
  if (pinned === PIN_DONE) return TAKE_NONE;
  return pinned === PIN_FAILED ? shortOfPages(vm) : TAKE_NEXT_TURN;
}

function shortOfPages(vm: usize): u32 {
  return vmAt(vm).missing ? TAKE_MISSING : TAKE_NO_MEMORY;
}

function shortOfSlabs(vm: usize): u32 {
  return vmAt(vm).slabFrames === SLAB_FRAMES ? TAKE_LATER : TAKE_NO_MEMORY;
}

function begin(vm: usize, chain: Slab, slot: u32, queue: u32, head: u32): void {
  vmAt(vm).chainSerial += 1;
  if (!vmAt(vm).chainSerial) vmAt(vm).chainSerial = 1;
  chain.serial = vmAt(vm).chainSerial;
  chain.slot = slot;
  chain.queue = queue;
  chain.head = head;
  const whole = chain.readable <= TRANSFER_SIZE - TAKEN_SIZE;
  const copied = whole ? chain.readable : LONG_PREFIX;
  store<u32>(TRANSFER + TAKEN_SERIAL, chain.serial);
  store<u32>(TRANSFER + TAKEN_READABLE, chain.readable);
  store<u32>(TRANSFER + TAKEN_WRITABLE, chain.writable);
  store<u32>(TRANSFER + TAKEN_COPIED, copied);
  copyPart(vm, chain, false, 0, TRANSFER + TAKEN_SIZE, copied);
}

/** Copies `count` bytes at `offset` of a chain's readable or writable part, which has so many. */
function copyPart(
  vm: usize,
  chain: Slab,
  writable: bool,
  offset: u32,
  address: usize,
  count: u32,
): void {
  let skip = offset;
  let done: u32 = 0;
  // Where the part's segments begin.
  let index = writable ? chain.readers : 0;
  for (let slab = changetype<usize>(chain); slab && done < count; slab = slabAt(slab).next) {
    for (; index < slabAt(slab).count && done < count; ++index) {
      const segment = segmentAt(slabAt(slab), index);
      if (skip >= segment.length) {
        skip -= segment.length;
        continue;
      }
      const piece = min<u32>(segment.length - skip, count - done);
      if (writable) writeSegment(vm, segment, skip, address + done, piece);
      else readSegment(vm, segment, skip, address + done, piece);
      done += piece;
      skip = 0;
    }
    index -= slabAt(slab).count;
  }
}

function readSegment(vm: usize, segment: Segment, skip: u32, to: usize, count: u32): void {
  if (segment.address) copyFromFrame(segment.address + skip, to, count);
  else copyFromGuest(vm, segment.offset + skip, to, count);
}

function writeSegment(vm: usize, segment: Segment, skip: u32, from: usize, count: u32): void {
  const place = segment.offset + skip;
  if (segment.address) copyToFrame(vm, place, segment.address + skip, from, count);
  else copyToGuest(vm, place, from, count);
}

/** Copies readable bytes to TRANSFER; how many: fewer at the part's end, 0 if the request is void. */
export function readRequest(vm: usize, address: u32, serial: u32, offset: u32, count: u32): u32 {
  const chain = chainOf(vm, address, serial);
  if (!chain || offset >= slabAt(chain).readable) return 0;
  const piece = min<u32>(min<u32>(count, TRANSFER_SIZE), slabAt(chain).readable - offset);
  copyPart(vm, slabAt(chain), false, offset, TRANSFER, piece);
  return piece;
}

/** Copies bytes at TRANSFER to the writable part; how many: fewer at its end, 0 if the request is void. */
export function writeRequest(vm: usize, address: u32, serial: u32, offset: u32, count: u32): u32 {
  const chain = chainOf(vm, address, serial);
  if (!chain || offset >= slabAt(chain).writable) return 0;
  const piece = min<u32>(min<u32>(count, TRANSFER_SIZE), slabAt(chain).writable - offset);
  copyPart(vm, slabAt(chain), true, offset, TRANSFER, piece);
  return piece;
}

/** Gives a request back to its driver; false if it is void. */
export function completeRequest(vm: usize, address: u32, serial: u32, written: u32): bool {
  const first = chainOf(vm, address, serial);
  if (!first) return false;
  const chain = slabAt(first);
  const slot = slotAt(vm, chain.slot);
  const queue: Queue = queueAt(slot, chain.queue);
  unpinChain(vm, first);
  const wanted = putUsed(vm, slot, queue, chain.head, min<u32>(written, chain.writable));
  queue.inFlight -= 1;
  releaseChain(vm, first);
  if (wanted) raiseInterrupt(vm, slot, USED_BUFFER);
  return true;
}
