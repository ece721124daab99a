/**
 * Requests that a back end has taken: the buffers of each chain, as the driver gave them, in slabs of
 * 512 bytes. Whatever the driver does to its descriptors afterwards, the request stays what was
 * checked. Their pages are pinned: they stay present until the request is completed or void.
 *
 * ```
 * first slab: head, figures, 29 segments ──next──▶ 29 more ──next──▶ …
 * ```
 * Slabs come from frames that the VM keeps for them; there is a bound (SLAB_FRAMES), beyond which
 * requests wait for others to end.
 */
import {
  exclusivePage,
  RESERVE_FAILED,
  RESERVE_HAD,
  RESERVE_SEEN,
  reservePage,
} from '../frames/door';
import { allocateFrame, frameAddress, frameRecord, freeFrame } from '../frames/host';
import { MAP_FRAME_MASK, mapEntry, mapState } from '../frames/map';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from '../layout';
import { dropAddresses, dropAllAddresses } from '../mmu/drop';
import { SLAB_FRAMES, SLAB_TABLE_OFFSET, vmAt } from '../vm/vm';
import { spendWork } from '../vm/work';

@unmanaged
export class Slab {
  /** Address of the chain's next slab, or of the next free one; 0 at the end. */
  next: u32;
  /** In a chain's first slab its serial, never 0; else 0. */
  serial: u32;
  /** Slot and queue it came from, and its head's index in the descriptor table. */
  slot: u32;
  queue: u32;
  head: u32;
  /** Bytes the device may read, and bytes it may write, in the whole chain. */
  readable: u32;
  writable: u32;
  /** Segments in this slab. */
  count: u32;
  /** The chain's last slab, and how many pages its buffers touch (both in its first). */
  last: u32;
  pages: u32;
  /** Segments that the device may read, and segments without an address (both in its first). */
  readers: u32;
  absent: u32;
}

/** A buffer: a piece of RAM. Those that the device may write stand behind all others. */
@unmanaged
export class Segment {
  /** Offset of its first byte from RAM's begin. */
  offset: u32;
  length: u32;
  writable: u32;
  /** Linear address of its first byte if all of it lies in one page with a frame, else 0. Good while pinned. */
  address: u32;
}

const SLAB_SIZE: u32 = 512;
const SEGMENTS_OFFSET: u32 = 48;
const SEGMENT_SIZE: u32 = 16;
const SEGMENTS: u32 = (SLAB_SIZE - SEGMENTS_OFFSET) / SEGMENT_SIZE;
const SLABS_A_FRAME: u32 = PAGE_SIZE / SLAB_SIZE;
/** What the record of a slabs' frame has for the RAM page that the frame is: none has that number. */
const SLAB_PAGE: u32 = u32.MAX_VALUE;

/**
 * Pages that a VM's requests under way may pin, 256 MiB; a page counts once for each buffer in it. A reset
 * unpins them all in one call into the core, which must stay short.
 */
const MOST_PINS: u32 = 65_536;

/** Pages given frames in one turn of the host layer, 8 MiB: each is zeroed, which takes about 1 µs. */
const MOST_MADE: u32 = 2048;

export function slabAt(address: usize): Slab {
  return changetype<Slab>(address);
}

export function segmentAt(slab: Slab, index: u32): Segment {
  return changetype<Segment>(
    changetype<usize>(slab) + SEGMENTS_OFFSET + <usize>index * SEGMENT_SIZE,
  );
}

/** A slab, or 0 when the bound is reached or the host has no frame left. */
export function takeSlab(vm: usize): usize {
  const state = vmAt(vm);
  if (!state.freeSlab && !growSlabs(vm)) return 0;
  const slab = <usize>state.freeSlab;
  state.freeSlab = slabAt(slab).next;
  // A loop beats `memory.fill`, which engines call out for.
  for (let field = slab; field < slab + SEGMENTS_OFFSET; field += 8) store<u64>(field, 0);
  return slab;
}

function growSlabs(vm: usize): bool {
  const state = vmAt(vm);
  if (state.slabFrames === SLAB_FRAMES) return false;
  const frame = allocateFrame();
  if (!frame) return false;
  store<u32>(vm + ((<usize>state.slabFrames) << 2), <u32>frameAddress(frame), SLAB_TABLE_OFFSET);
  frameRecord(frame).owner = <u32>(vm >> PAGE_SHIFT);
  frameRecord(frame).page = SLAB_PAGE;
  state.slabFrames += 1;
  for (let index: u32 = 0; index < SLABS_A_FRAME; ++index) {
    const slab = frameAddress(frame) + <usize>(index * SLAB_SIZE);
    slabAt(slab).next = state.freeSlab;
    state.freeSlab = <u32>slab;
  }
  return true;
}

/** Adds a buffer to a chain; false when no slab is left for it. */
export function addSegment(vm: usize, first: Slab, offset: u32, length: u32, writable: u32): bool {
  let slab = slabAt(first.last);
  if (slab.count === SEGMENTS) {
    const next = takeSlab(vm);
    if (!next) return false;
    slab.next = <u32>next;
    first.last = <u32>next;
    slab = slabAt(next);
  }
  const segment = segmentAt(slab, slab.count);
  segment.offset = offset;
  segment.length = length;
  segment.writable = writable;
  segment.address = <u32>addressOf(vm, segment);
  slab.count += 1;
  if (!writable) first.readers += 1;
  if (!segment.address) first.absent += 1;
  first.pages += lastPage(segment) - firstPage(segment) + 1;
  return true;
}

/** Gives back a chain's slabs; its pages must not be pinned any more. */
export function releaseChain(vm: usize, first: usize): void {
  let address = first;
  while (address) {
    const slab = slabAt(address);
    const next = <usize>slab.next;
    slab.serial = 0;
    slab.next = vmAt(vm).freeSlab;
    vmAt(vm).freeSlab = <u32>address;
    address = next;
  }
}

/** Whether a chain's pages may be pinned besides those that are; one that is alone always may. */
export function hasRoomFor(vm: usize, first: usize): bool {
  const pins = vmAt(vm).pins;
  return !pins || pins + slabAt(first).pages <= MOST_PINS;
}

/** Results of `pinChain`. */
export const PIN_DONE: u32 = 0;
/** The host has no frame left. */
export const PIN_FAILED: u32 = 1;
/** Enough pages were made in this turn; those of the chain that were are kept for the next. */
export const PIN_NEXT_TURN: u32 = 2;

/**
 * Makes every page of a chain present and pins it, or pins nothing. Afterwards writing to the chain
 * cannot fail (law 9).
 */
export function pinChain(vm: usize, first: usize): u32 {
  if (!slabAt(first).absent) {
    addPins(vm, first, 1);
    return PIN_DONE;
  }
  pagesSeen = 0;
  let result = PIN_DONE;
  for (let address = first; address && result === PIN_DONE; address = slabAt(address).next) {
    const slab = slabAt(address);
    for (let index: u32 = 0; index < slab.count && result === PIN_DONE; ++index) {
      result = reserveSegment(vm, segmentAt(slab, index));
    }
  }
  // A page's addresses are looked for in all entries: for many pages, all are dropped at once.
  if (pagesSeen === 1) dropAddresses(vm, lastSeen);
  else if (pagesSeen) dropAllAddresses(vm);
  if (result !== PIN_DONE) return result;
  findAddresses(vm, first);
  addPins(vm, first, 1);
  return PIN_DONE;
}

export function unpinChain(vm: usize, first: usize): void {
  addPins(vm, first, -1);
}

function firstPage(segment: Segment): u32 {
  return segment.offset >> PAGE_SHIFT;
}

function lastPage(segment: Segment): u32 {
  return (segment.offset + segment.length - 1) >> PAGE_SHIFT;
}

/** What `Segment.address` is to be now. */
function addressOf(vm: usize, segment: Segment): usize {
  const page = firstPage(segment);
  if (lastPage(segment) !== page) return 0;
  const frame = exclusivePage(vm, page);
  return frame ? frame + (segment.offset & PAGE_MASK) : 0;
}

/** The addresses of segments in pages that had no frames before. */
function findAddresses(vm: usize, first: usize): void {
  for (let address = first; address; address = slabAt(address).next) {
    const slab = slabAt(address);
    for (let index: u32 = 0; index < slab.count; ++index) {
      const segment = segmentAt(slab, index);
      if (!segment.address) segment.address = <u32>addressOf(vm, segment);
    }
  }
}

/** Pages of one `pinChain` that TLBs may know as the zero frame, and the last of them. */
let pagesSeen: u32 = 0;
let lastSeen: u32 = 0;

function reserveSegment(vm: usize, segment: Segment): u32 {
  const last = lastPage(segment);
  for (let page = firstPage(segment); page <= last; ++page) {
    if (vmAt(vm).pagesMade >= MOST_MADE) return PIN_NEXT_TURN;
    const reserved = reservePage(vm, page);
    if (reserved === RESERVE_FAILED) return PIN_FAILED;
    if (reserved === RESERVE_HAD) continue;
    vmAt(vm).pagesMade += 1;
    if (reserved !== RESERVE_SEEN) continue;
    pagesSeen += 1;
    lastSeen = page;
  }
  return PIN_DONE;
}

function addPins(vm: usize, first: usize, pins: i32): void {
  vmAt(vm).pins += slabAt(first).pages * pins;
  for (let address = first; address; address = slabAt(address).next) {
    const slab = slabAt(address);
    for (let index: u32 = 0; index < slab.count; ++index) {
      const segment = segmentAt(slab, index);
      if (segment.address) {
        frameRecord(segment.address >> PAGE_SHIFT).pins += pins;
        continue;
      }
      const last = lastPage(segment);
      for (let page = firstPage(segment); page <= last; ++page) {
        frameRecord(mapState(mapEntry(vm, page)) & MAP_FRAME_MASK).pins += pins;
      }
    }
  }
}

/**
 * Address of the chain that a back end calls by its first slab and serial; 0 if it is void. The
 * serial makes up for slabs that were used again since.
 */
export function chainOf(vm: usize, address: u32, serial: u32): usize {
  if (!serial || address & (SLAB_SIZE - 1)) return 0;
  const record = frameRecord(address >> PAGE_SHIFT);
  if (record.page !== SLAB_PAGE || record.owner !== <u32>(vm >> PAGE_SHIFT)) return 0;
  return slabAt(address).serial === serial ? <usize>address : 0;
}

/** Every queue, for `dropChains`. */
export const ALL_QUEUES: u32 = u32.MAX_VALUE;

/** Makes the requests of a slot's queue void: they can never be answered. */
export function dropChains(vm: usize, slot: u32, queue: u32): void {
  spendWork(vm, vmAt(vm).slabFrames * SLABS_A_FRAME);
  for (let index: u32 = 0; index < vmAt(vm).slabFrames; ++index) {
    const frame = <usize>load<u32>(vm + ((<usize>index) << 2), SLAB_TABLE_OFFSET);
    for (let slab = frame; slab < frame + PAGE_SIZE; slab += SLAB_SIZE) {
      const chain = slabAt(slab);
      if (!chain.serial || chain.slot !== slot) continue;
      if (queue !== ALL_QUEUES && chain.queue !== queue) continue;
      spendWork(vm, chain.pages);
      unpinChain(vm, slab);
      releaseChain(vm, slab);
    }
  }
}

/** Frees the frames of slabs, with the VM. */
export function freeSlabs(vm: usize): void {
  for (let index: u32 = 0; index < vmAt(vm).slabFrames; ++index) {
    const address = load<u32>(vm + ((<usize>index) << 2), SLAB_TABLE_OFFSET);
    frameRecord(address >> PAGE_SHIFT).page = 0;
    freeFrame(address >> PAGE_SHIFT);
  }
}
