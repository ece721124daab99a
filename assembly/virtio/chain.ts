/**
 * Descriptor chains (VIRTIO 1.2 §2.7.5), read once: each is checked whole and copied to slabs before
 * anything is done with it. Loops end at a bound, whatever the tables say.
 */
import { readPage } from '../frames/door';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE, TRANSFER } from '../layout';
import { copyFromGuest, isRamRange } from './guest-copy';
import { addSegment, slabAt } from './slab';
import {
  CAUSE_BUFFER,
  CAUSE_INDEX,
  CAUSE_INDIRECT,
  CAUSE_LENGTH,
  CAUSE_NONE,
  CAUSE_ORDER,
  CAUSE_SIZE,
  INDIRECT_DESC,
  Queue,
  Slot,
} from './slot';

const DESCRIPTOR_SIZE: u32 = 16;
const FLAG_NEXT: u32 = 1;
const FLAG_WRITE: u32 = 2;
const FLAG_INDIRECT: u32 = 4;

/** Linux makes indirect tables longer than a small queue; QEMU too takes so many. */
const MOST_BUFFERS: u32 = 1024;
/** With the descriptor of the table itself. */
const MOST_DESCRIPTORS: u32 = MOST_BUFFERS + 1;
/** Bytes of a request; Linux's largest have 1 to 4 MiB. It bounds what one request can pin. */
const MOST_BYTES: u64 = 16 << 20;

/** Not a cause: no slab was left. */
export const NO_SLAB: u32 = u32.MAX_VALUE;

/**
 * Copies the chain that begins at `head` into `first`, an empty slab. Returns CAUSE_NONE, NO_SLAB, or
 * what is wrong with it.
 */
export function readChain(vm: usize, slot: Slot, queue: Queue, head: u32, first: usize): u32 {
  const chain = slabAt(first);
  chain.last = <u32>first;
  let table = <u32>(queue.descriptors - RAM_BASE);
  let size = queue.size;
  let most = queue.size;
  let index = head;
  let indirect = false;
  let total: u64 = 0;
  // The page that the last descriptor was in, and the address of its frame.
  let page: u32 = u32.MAX_VALUE;
  let frame: usize = 0;
  for (let count: u32 = 0; count < most; ++count) {
    if (index >= size) return CAUSE_INDEX;
    const place = table + index * DESCRIPTOR_SIZE;
    if (place >> PAGE_SHIFT !== page) {
      page = place >> PAGE_SHIFT;
      frame = readPage(vm, page, false);
    }
    let descriptor = frame + (place & PAGE_MASK);
    if ((place & PAGE_MASK) > PAGE_SIZE - DESCRIPTOR_SIZE) {
      // One of an indirect table may cross pages, and is copied together.
      copyFromGuest(vm, place, TRANSFER, DESCRIPTOR_SIZE);
      descriptor = TRANSFER;
    }
    const gpa = load<u64>(descriptor);
    const length = load<u32>(descriptor, 8);
    const flags = <u32>load<u16>(descriptor, 12);
    const next = <u32>load<u16>(descriptor, 14);
    if (flags & FLAG_INDIRECT) {
      if (indirect || flags & FLAG_NEXT || !(slot.driverFeatures & INDIRECT_DESC)) {
        return CAUSE_INDIRECT;
      }
      if (!length || length & (DESCRIPTOR_SIZE - 1) || !isRamRange(vm, gpa, length)) {
        return CAUSE_INDIRECT;
      }
      indirect = true;
      table = <u32>(gpa - RAM_BASE);
      size = length / DESCRIPTOR_SIZE;
      most = MOST_DESCRIPTORS;
      index = 0;
      continue;
    }
    if (!isRamRange(vm, gpa, length)) return CAUSE_BUFFER;
    total += length;
    if (total > MOST_BYTES) return CAUSE_SIZE;
    if (flags & FLAG_WRITE) {
      chain.writable += length;
    } else {
      if (chain.writable) return CAUSE_ORDER;
      chain.readable += length;
    }
    const offset = <u32>(gpa - RAM_BASE);
    if (length && !addSegment(vm, chain, offset, length, flags & FLAG_WRITE)) return NO_SLAB;
    if (!(flags & FLAG_NEXT)) return CAUSE_NONE;
    index = next;
  }
  return CAUSE_LENGTH;
}
