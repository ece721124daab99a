/**
 * A request's life: `takeRequest` checks it, or leaves it in its queue; then its back end copies and
 * completes, which cannot fail. A request of a device that was reset meanwhile is void: what is done to it
 * does nothing.
 */
import { TRANSFER, TRANSFER_SIZE } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import { NO_SLAB, readChain } from './chain.js';
import { copyFromRam, copyToRam } from './guest-copy.js';
import { breakDevice, raiseInterrupt } from './interrupt.js';
import type { Request } from './request-pool.js';
import { askForNotification, availableCount, nextHead, putUsed } from './ring.js';
import {
  CAUSE_AVAILABLE,
  CAUSE_NONE,
  DRIVER_OK,
  NEEDS_RESET,
  USED_BUFFER,
  VIRTIO_QUEUES,
  VIRTIO_SLOTS,
} from './slot.js';

/** Results of `takeRequest` that are no request's address (VirtioTake of the host layer). */
const TAKE_NONE = 0;
/** Requests under way must end first. */
const TAKE_LATER = 1;
/** The driver made a chain that is none, and the device stands still until it is reset. */
const TAKE_BROKEN = 3;

/** What `takeRequest` tells of a request, in words at TRANSFER; its first readable bytes follow. */
const TAKEN = TRANSFER >>> 2;
const TAKEN_SERIAL = TAKEN;
const TAKEN_READABLE = TAKEN + 1;
const TAKEN_WRITABLE = TAKEN + 2;
const TAKEN_COPIED = TAKEN + 3;
/** Bytes of these. */
const TAKEN_SIZE = 16;
/** So much of a request too long to be copied at once: the headers of devices are shorter. */
const LONG_PREFIX = 64;

/** Takes a queue's next request: its address for the other calls here, its figures at TRANSFER. */
export function takeRequest(vm: Vm, slotIndex: number, queueIndex: number): number {
  if (slotIndex >= VIRTIO_SLOTS || queueIndex >= VIRTIO_QUEUES) return TAKE_NONE;
  const { virtio } = vm;
  const slot = virtio.slots[slotIndex];
  const queue = slot.all[queueIndex];
  const isServed = (slot.status & (DRIVER_OK | NEEDS_RESET)) === DRIVER_OK;
  if (!isServed || queue.ready === 0) return TAKE_NONE;
  const count = availableCount(vm, queue);
  if (count === 0) {
    askForNotification(vm, slot, queue);
    return TAKE_NONE;
  }
  if (count > queue.size) {
    breakDevice(vm, slot, CAUSE_AVAILABLE);
    return TAKE_BROKEN;
  }
  const request = virtio.requests.reserve();
  if (request === undefined) return TAKE_LATER;
  const head = nextHead(vm, queue);
  const cause = readChain(vm, slot, queue, head, request);
  if (cause !== CAUSE_NONE) {
    virtio.requests.release(request);
    if (cause === NO_SLAB) return TAKE_LATER;
    breakDevice(vm, slot, cause);
    return TAKE_BROKEN;
  }
  if (!virtio.requests.begin(request)) {
    virtio.requests.release(request);
    return TAKE_LATER;
  }
  request.slot = slotIndex;
  request.queue = queueIndex;
  request.head = head;
  queue.availableNext = (queue.availableNext + 1) & 0xffff;
  queue.inFlight += 1;
  tell(vm, request);
  return request.address;
}

function tell(vm: Vm, request: Request): void {
  const { i32 } = vm.memory;
  const whole = request.readable <= TRANSFER_SIZE - TAKEN_SIZE;
  const copied = whole ? request.readable : LONG_PREFIX;
  i32[TAKEN_SERIAL] = request.serial;
  i32[TAKEN_READABLE] = request.readable;
  i32[TAKEN_WRITABLE] = request.writable;
  i32[TAKEN_COPIED] = copied;
  readPart(vm, request, 0, TRANSFER + TAKEN_SIZE, copied);
}

/** Copies `count` bytes at `offset` of a request's readable part, which has so many. */
function readPart(vm: Vm, request: Request, offset: number, to: number, count: number): void {
  const { offsets, lengths, readers } = request;
  let skip = offset;
  let done = 0;
  for (let index = 0; index < readers && done < count; index++) {
    const length = lengths[index];
    if (skip >= length) {
      skip -= length;
      continue;
    }
    const piece = Math.min(length - skip, count - done);
    copyFromRam(vm, offsets[index] + skip, to + done, piece);
    done += piece;
    skip = 0;
  }
}

/** The same for the writable part, to which it copies. */
function writePart(vm: Vm, request: Request, offset: number, from: number, count: number): void {
  const { offsets, lengths } = request;
  let skip = offset;
  let done = 0;
  for (let index = request.readers; index < request.count && done < count; index++) {
    const length = lengths[index];
    if (skip >= length) {
      skip -= length;
      continue;
    }
    const piece = Math.min(length - skip, count - done);
    copyToRam(vm, offsets[index] + skip, from + done, piece);
    done += piece;
    skip = 0;
  }
}

/** Copies readable bytes to TRANSFER; how many: fewer at the part's end, 0 if the request is void. */
export function readRequest(
  vm: Vm,
  address: number,
  serial: number,
  offset: number,
  count: number,
): number {
  const request = vm.virtio.requests.find(address, serial);
  if (request === undefined || offset >= request.readable) return 0;
  const piece = Math.min(count, TRANSFER_SIZE, request.readable - offset);
  readPart(vm, request, offset, TRANSFER, piece);
  return piece;
}

/** Copies bytes at TRANSFER to the writable part; how many: fewer at its end, 0 if the request is void. */
export function writeRequest(
  vm: Vm,
  address: number,
  serial: number,
  offset: number,
  count: number,
): number {
  const request = vm.virtio.requests.find(address, serial);
  if (request === undefined || offset >= request.writable) return 0;
  const piece = Math.min(count, TRANSFER_SIZE, request.writable - offset);
  writePart(vm, request, offset, TRANSFER, piece);
  return piece;
}

/** Gives a request back to its driver; false if it is void. */
export function completeRequest(vm: Vm, address: number, serial: number, written: number): boolean {
  const { slots, requests } = vm.virtio;
  const request = requests.find(address, serial);
  if (request === undefined) return false;
  const slot = slots[request.slot];
  const queue = slot.all[request.queue];
  const wanted = putUsed(vm, slot, queue, request.head, Math.min(written >>> 0, request.writable));
  queue.inFlight -= 1;
  requests.release(request);
  if (wanted) raiseInterrupt(vm, slot, USED_BUFFER);
  return true;
}
