/**
 * Descriptor chains (VIRTIO 1.2 §2.7.5), read once: each is checked whole before anything is done with
 * it. Loops end at a bound, whatever the tables say.
 */
import { PAGE_SHIFT } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import { ramOffset } from './guest-copy.js';
import type { Request } from './request-pool.js';
import {
  CAUSE_BUFFER,
  CAUSE_INDEX,
  CAUSE_INDIRECT,
  CAUSE_LENGTH,
  CAUSE_NONE,
  CAUSE_ORDER,
  CAUSE_SIZE,
  INDIRECT_DESC,
  type Queue,
  type Slot,
} from './slot.js';

const DESCRIPTOR_SIZE = 16;
const DESCRIPTOR_WORDS = 4;
const FLAG_NEXT = 1;
const FLAG_WRITE = 2;
const FLAG_INDIRECT = 4;

/** Linux makes indirect tables longer than a small queue; QEMU too takes so many. */
const MOST_BUFFERS = 1024;
/** With the descriptor of the table itself. */
const MOST_DESCRIPTORS = MOST_BUFFERS + 1;
/** Bytes of a request; Linux's largest have 1 to 4 MiB. */
const MOST_BYTES = 16 << 20;

/** Not a cause: other requests must end first. */
export const NO_SLAB = -1;

/** A descriptor of an indirect table that does not begin at a word. */
const copied = new Int32Array(DESCRIPTOR_WORDS);
const copiedBytes = new Uint8Array(copied.buffer);

/**
 * Puts the chain that begins at `head` into an empty request. Returns CAUSE_NONE, NO_SLAB, or what is
 * wrong with it.
 */
export function readChain(
  vm: Vm,
  slot: Slot,
  queue: Queue,
  head: number,
  request: Request,
): number {
  let words = vm.memory.i32;
  let table = queue.descriptorWord;
  let size = queue.size;
  let most = size;
  let index = head;
  let indirect = false;
  // Where an unaligned table is.
  let bytes = 0;
  for (let count = 0; count < most; count++) {
    if (index >= size) return CAUSE_INDEX;
    let at = table + index * DESCRIPTOR_WORDS;
    if (bytes !== 0) {
      copyDescriptor(vm, bytes + index * DESCRIPTOR_SIZE);
      words = copied;
      at = 0;
    }
    const length = words[at + 2] >>> 0;
    const flags = words[at + 3];
    if ((flags & FLAG_INDIRECT) !== 0) {
      if (indirect || (flags & FLAG_NEXT) !== 0 || (slot.driverLow & INDIRECT_DESC) === 0) {
        return CAUSE_INDIRECT;
      }
      if (length === 0 || (length & (DESCRIPTOR_SIZE - 1)) !== 0) return CAUSE_INDIRECT;
      const offset = ramOffset(vm, words[at], words[at + 1], length);
      if (offset < 0) return CAUSE_INDIRECT;
      const linear = vm.ramStart + offset;
      indirect = true;
      table = linear >>> 2;
      bytes = (offset & 3) === 0 ? 0 : linear;
      size = length >>> 4;
      most = MOST_DESCRIPTORS;
      index = 0;
      continue;
    }
    const offset = ramOffset(vm, words[at], words[at + 1], length);
    if (offset < 0) return CAUSE_BUFFER;
    if (request.readable + request.writable + length > MOST_BYTES) return CAUSE_SIZE;
    const write = (flags & FLAG_WRITE) !== 0;
    if (!write && request.writable !== 0) return CAUSE_ORDER;
    if (length !== 0 && !addBuffer(vm, request, offset, length, write)) return NO_SLAB;
    if ((flags & FLAG_NEXT) === 0) return CAUSE_NONE;
    index = flags >>> 16;
  }
  return CAUSE_LENGTH;
}

function addBuffer(
  vm: Vm,
  request: Request,
  offset: number,
  length: number,
  write: boolean,
): boolean {
  if (!vm.virtio.requests.extend(request)) return false;
  const index = request.count;
  request.offsets[index] = offset;
  request.lengths[index] = length;
  request.count = index + 1;
  request.pages += ((offset + length - 1) >>> PAGE_SHIFT) - (offset >>> PAGE_SHIFT) + 1;
  if (write) {
    request.writable += length;
  } else {
    request.readers = index + 1;
    request.readable += length;
  }
  return true;
}

function copyDescriptor(vm: Vm, from: number): void {
  const { u8 } = vm.memory;
  for (let n = 0; n < DESCRIPTOR_SIZE; n++) copiedBytes[n] = u8[from + n];
}
