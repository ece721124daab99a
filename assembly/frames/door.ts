/**
 * The one door: every change of a guest page passes `changePage`, whoever writes. Behind it stand
 * the epoch of the page's last change, first allocation, and the dropping of decoded code.
 */
import { dropCode } from '../exec/code-page';
import { requestStop } from '../hart/interrupts';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { dropAddresses } from '../mmu/drop';
import { vmAt } from '../vm/vm';
import { isMissing } from './expected';
import { allocateFrame, frameAddress, frameRecord, host } from './host';
import {
  isRamPage,
  isTableShared,
  MAP_FRAME_MASK,
  MAP_PRESENT,
  MAP_ZERO_READ,
  mapEntry,
  mapState,
  ownEntry,
  setMapEpoch,
  setMapState,
} from './map';

/**
 * Address of the frame behind RAM page `page` for a change of `bytes` bytes at `offset`; 0 when no
 * frame can be had, and then nothing changed. Afterwards the page is present, no other VM's, stamped with
 * the current epoch, and no code decoded from those bytes remains.
 */
export function changePage(vm: usize, page: u32, offset: u32, bytes: u32): usize {
  const how = reservePage(vm, page);
  if (how === RESERVE_FAILED) return 0;
  if (how === RESERVE_SEEN) dropAddresses(vm, page);
  const frame = presentPage(vm, page);
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

/** Results of `reservePage`. */
export const RESERVE_FAILED: u32 = 0;
export const RESERVE_HAD: u32 = 1;
export const RESERVE_MADE: u32 = 2;
/** Made or copied, and a TLB may hold the address that the page was read by: the caller drops that. */
export const RESERVE_SEEN: u32 = 3;

/** Makes sure that RAM page `page` has a frame that no other VM maps; RESERVE_FAILED when none can be had. */
export function reservePage(vm: usize, page: u32): u32 {
  const entry = ownEntry(vm, page);
  if (!entry || isMissing(vm, page)) return RESERVE_FAILED;
  const state = mapState(entry);
  const old = state & MAP_FRAME_MASK;
  const present = (state & MAP_PRESENT) !== 0;
  if (present && frameRecord(old).references === 1) return RESERVE_HAD;
  const frame = allocateFrame();
  if (!frame) return RESERVE_FAILED;
  if (present) {
    memory.copy(frameAddress(frame), frameAddress(old), PAGE_SIZE);
    frameRecord(old).references -= 1;
    // The hart that writes may be executing from the old frame: it must enter its page anew.
    if (frameRecord(old).codePage) requestStop(vmAt(vm).running);
  }
  frameRecord(frame).page = page;
  setMapState(entry, frame | MAP_PRESENT);
  return present || state & MAP_ZERO_READ ? RESERVE_SEEN : RESERVE_MADE;
}

/**
 * Address of the frame to read RAM page `page` from; a page never written reads as the zero frame.
 * `cached` says that the address will be kept in a TLB. 0 when no frame can be had, or the page is missing.
 */
export function readPage(vm: usize, page: u32, cached: bool): usize {
  let entry = mapEntry(vm, page);
  if (entry) {
    const state = mapState(entry);
    if (state & MAP_PRESENT) return frameAddress(state & MAP_FRAME_MASK);
    if (isMissing(vm, page)) return 0;
  }
  if (cached) {
    // In a table that others share it says no more than that they, too, look before they drop nothing.
    if (!entry) entry = ownEntry(vm, page);
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

/** The same of a page that no other VM maps, whose address stays what it is; 0 if it has none or is shared. */
export function exclusivePage(vm: usize, page: u32): usize {
  const frame = presentPage(vm, page);
  if (!frame || frameRecord(<u32>(frame >> PAGE_SHIFT)).references !== 1) return 0;
  return isTableShared(vm, page) ? 0 : frame;
}

/**
 * Linear address of a range of RAM that is not empty, if its pages have frames of their own and these follow each other; else 0.
 * Good as long as the pages keep their frames.
 */
export function straightRange(vm: usize, offset: u32, length: u32): usize {
  const first = offset >> PAGE_SHIFT;
  const begin = exclusivePage(vm, first);
  if (!begin) return 0;
  const last = (offset + length - 1) >> PAGE_SHIFT;
  for (let page = first + 1; page <= last; ++page) {
    if (exclusivePage(vm, page) !== begin + ((<usize>(page - first)) << PAGE_SHIFT)) return 0;
  }
  return begin + (offset & PAGE_MASK);
}

/**
 * Linear address of a byte that is known to be in RAM, and not missing, by its offset there; good to its page's end. Of a
 * missing page (frames/expected) it is no address of the guest's, and `Vm.missing` tells so.
 */
export function ramRead(vm: usize, offset: u32): usize {
  return readPage(vm, offset >> PAGE_SHIFT, false) + (offset & PAGE_MASK);
}

/** Linear address of a byte of guest RAM, good to its page's end; 0 outside RAM, and for a missing page. */
export function guestRead(vm: usize, gpa: u64): usize {
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) return 0;
  const address = readPage(vm, <u32>page, false);
  return address ? address + (<usize>gpa & PAGE_MASK) : 0;
}

/** The same for writing, from the byte to its page's end; also 0 when no frame can be had. */
export function guestWrite(vm: usize, gpa: u64): usize {
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) return 0;
  const offset = <u32>gpa & PAGE_MASK;
  const address = changePage(vm, <u32>page, offset, PAGE_SIZE - offset);
  return address ? address + offset : 0;
}
