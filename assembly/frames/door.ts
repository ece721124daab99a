/**
 * The one door: every change of a guest page passes `changePage`, whoever writes. Behind it stand
 * the epoch of the page's last change, first allocation, and the dropping of decoded code.
 */
import { dropCode } from '../exec/code-page';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { dropAddresses } from '../mmu/drop';
import { vmAt } from '../vm/vm';
import { allocateFrame, frameAddress, frameRecord, host } from './host';
import {
  isRamPage,
  MAP_FRAME_MASK,
  MAP_PRESENT,
  MAP_ZERO_READ,
  makeMapEntry,
  mapEntry,
  mapState,
  setMapEpoch,
  setMapState,
} from './map';

/**
 * Address of the frame behind RAM page `page` for a change of `bytes` bytes at `offset`; 0 when no
 * frame can be had, and then nothing changed. Afterwards the page is present, exclusive, stamped with
 * the current epoch, and no code decoded from those bytes remains.
 */
export function changePage(vm: usize, page: u32, offset: u32, bytes: u32): usize {
  let frame = presentPage(vm, page);
  if (!frame) {
    frame = makePage(vm, page);
    if (!frame) return 0;
  }
  changePresent(vm, page, frame + offset, bytes);
  return frame;
}

/**
 * The same for a page that has a frame, of which `address` is the byte to be changed. Nothing is looked for, and
 * nothing can be lacking.
 */
export function changePresent(vm: usize, page: u32, address: usize, bytes: u32): void {
  setMapEpoch(mapEntry(vm, page), vmAt(vm).epoch);
  const frame = <u32>(address >> PAGE_SHIFT);
  if (frameRecord(frame).codeLines) dropCode(frame, <u32>address & PAGE_MASK, bytes);
}

/** Gives a page its first frame, and returns that one's address; 0 when none can be had. */
function makePage(vm: usize, page: u32): usize {
  const entry = makeMapEntry(vm, page);
  if (!entry) return 0;
  const wasZeroRead = mapState(entry) & MAP_ZERO_READ;
  const frame = presentFrame(vm, page, entry);
  if (!frame) return 0;
  if (wasZeroRead) dropAddresses(vm, page);
  return frameAddress(frame);
}

/**
 * The frame of a page, which is given one if it has none; 0 when the host has none left. Addresses of
 * the zero frame that stood for it are the caller's to drop.
 */
function presentFrame(vm: usize, page: u32, entry: usize): u32 {
  const state = mapState(entry);
  if (state & MAP_PRESENT) return state & MAP_FRAME_MASK;
  const frame = allocateFrame();
  if (!frame) return 0;
  const record = frameRecord(frame);
  record.owner = <u32>(vm >> PAGE_SHIFT);
  record.page = page;
  vmAt(vm).frames += 1;
  setMapState(entry, frame | MAP_PRESENT);
  return frame;
}

/** Results of `reservePage`. */
export const RESERVE_FAILED: u32 = 0;
export const RESERVE_HAD: u32 = 1;
export const RESERVE_MADE: u32 = 2;
/** Made, and a TLB may hold the zero frame's address for it: the caller drops that. */
export const RESERVE_SEEN: u32 = 3;

/** Makes sure that a later change of RAM page `page` finds a frame; RESERVE_FAILED when none can be had. */
export function reservePage(vm: usize, page: u32): u32 {
  const entry = makeMapEntry(vm, page);
  if (!entry) return RESERVE_FAILED;
  const state = mapState(entry);
  if (state & MAP_PRESENT) return RESERVE_HAD;
  if (!presentFrame(vm, page, entry)) return RESERVE_FAILED;
  return state & MAP_ZERO_READ ? RESERVE_SEEN : RESERVE_MADE;
}

/**
 * Address of the frame to read RAM page `page` from; a page never written reads as the zero frame.
 * `cached` says that the address will be kept in a TLB. 0 when no frame can be had.
 */
export function readPage(vm: usize, page: u32, cached: bool): usize {
  let entry = mapEntry(vm, page);
  if (entry) {
    const state = mapState(entry);
    if (state & MAP_PRESENT) return frameAddress(state & MAP_FRAME_MASK);
  }
  if (cached) {
    entry = makeMapEntry(vm, page);
    if (!entry) return 0;
    setMapState(entry, mapState(entry) | MAP_ZERO_READ);
  }
  return frameAddress(host().zeroFrame);
}

/** Address of the frame of RAM page `page`; 0 if it has none. */
export function presentPage(vm: usize, page: u32): usize {
  const entry = mapEntry(vm, page);
  if (!entry) return 0;
  const state = mapState(entry);
  return state & MAP_PRESENT ? frameAddress(state & MAP_FRAME_MASK) : 0;
}

/**
 * Linear address of a range of RAM that is not empty, if its pages have frames and these follow each other; else 0.
 * Good as long as the pages keep their frames.
 */
export function straightRange(vm: usize, offset: u32, length: u32): usize {
  const first = offset >> PAGE_SHIFT;
  const begin = presentPage(vm, first);
  if (!begin) return 0;
  const last = (offset + length - 1) >> PAGE_SHIFT;
  for (let page = first + 1; page <= last; ++page) {
    if (presentPage(vm, page) !== begin + ((<usize>(page - first)) << PAGE_SHIFT)) return 0;
  }
  return begin + (offset & PAGE_MASK);
}

/** Linear address of a byte that is known to be in RAM, by its offset there; good to its page's end. */
export function ramRead(vm: usize, offset: u32): usize {
  return readPage(vm, offset >> PAGE_SHIFT, false) + (offset & PAGE_MASK);
}

/** Linear address of a byte of guest RAM, good to its page's end; 0 outside RAM. */
export function guestRead(vm: usize, gpa: u64): usize {
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) return 0;
  return readPage(vm, <u32>page, false) + (<usize>gpa & PAGE_MASK);
}

/** The same for writing, from the byte to its page's end; also 0 when no frame can be had. */
export function guestWrite(vm: usize, gpa: u64): usize {
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) return 0;
  const offset = <u32>gpa & PAGE_MASK;
  const address = changePage(vm, <u32>page, offset, PAGE_SIZE - offset);
  return address ? address + offset : 0;
}
