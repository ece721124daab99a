/**
 * Pages whose content is elsewhere, as in a snapshot that the VM is restored from while it runs. Whoever needs one
 * of them gets no address; the run, or the request of a device, ends with nothing done, and is to be repeated
 * when the host layer has filled the page.
 */
import { PAGE_SHIFT, TRANSFER, TRANSFER_SIZE } from '../layout';
import { vmAt } from '../vm/vm';
import { allocateFrame, frameRecord } from './host';
import {
  isRamPage,
  MAP_EXPECTED,
  MAP_FRAME_MASK,
  MAP_PRESENT,
  mapEntry,
  mapEpoch,
  mapState,
  ownEntry,
  SUB_MASK,
  setMapEpoch,
  setMapState,
} from './map';

/** Whether a RAM page's content is elsewhere; it is then the one that is missing. */
export function isMissing(vm: usize, page: u32): bool {
  const entry = mapEntry(vm, page);
  if (!entry || !(mapState(entry) & MAP_EXPECTED)) return false;
  vmAt(vm).missing = page + 1;
  return true;
}

/** The same for pages from `first` to `last`: the first of them that is. */
export function isAnyMissing(vm: usize, first: u32, last: u32): bool {
  for (let page = first; page <= last; ++page) if (isMissing(vm, page)) return true;
  return false;
}

/**
 * Notes that the content of the `count` pages whose numbers are at TRANSFER is elsewhere; they count as changed in the
 * present epoch. Returns of how many that could be noted: fewer if frames are short. A page that has a frame stays as it is.
 */
export function expectPages(vm: usize, count: u32): u32 {
  const most = min<u32>(count, TRANSFER_SIZE >> 2);
  for (let index: u32 = 0; index < most; ++index) {
    const page = load<u32>(TRANSFER + ((<usize>index) << 2));
    if (!isRamPage(vm, page)) return index;
    const entry = ownEntry(vm, page);
    if (!entry) return index;
    if (mapState(entry) & MAP_PRESENT) continue;
    setMapState(entry, MAP_EXPECTED);
    setMapEpoch(entry, vmAt(vm).epoch);
  }
  return most;
}

/** Frame for a page that has none, or whose frame is to be filled: its epoch stays, if it has one. 0 without a frame. */
export function fillPage(vm: usize, page: u32): u32 {
  const entry = ownEntry(vm, page);
  if (!entry) return 0;
  const state = mapState(entry);
  if (state & MAP_PRESENT) return 0;
  const frame = allocateFrame();
  if (!frame) return 0;
  frameRecord(frame).page = page;
  setMapState(entry, frame | MAP_PRESENT);
  if (!mapEpoch(entry)) setMapEpoch(entry, vmAt(vm).epoch);
  return frame;
}

/**
 * Puts at TRANSFER the numbers of pages from `from` on that have frames and changed in an epoch after `since`; as
 * many as there is room for. Returns how many.
 */
export function changedPages(vm: usize, since: u32, from: u32): u32 {
  const end = <u32>(vmAt(vm).ramSize >> PAGE_SHIFT);
  const most = TRANSFER_SIZE >> 2;
  let count: u32 = 0;
  for (let page = from; page < end && count < most; ++page) {
    const entry = mapEntry(vm, page);
    if (!entry) {
      page |= SUB_MASK;
      continue;
    }
    if (!(mapState(entry) & MAP_PRESENT) || mapEpoch(entry) <= since) continue;
    store<u32>(TRANSFER + ((<usize>count) << 2), page);
    count += 1;
  }
  return count;
}

/** Frame of a page, or what it has instead. */
export function frameOf(vm: usize, page: u32): u32 {
  const entry = mapEntry(vm, page);
  const state = entry ? mapState(entry) : 0;
  if (state & MAP_EXPECTED) return u32.MAX_VALUE;
  return state & MAP_PRESENT ? state & MAP_FRAME_MASK : 0;
}
