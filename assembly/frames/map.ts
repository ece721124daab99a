/**
 * The guest map: a VM's RAM page → frame, in two levels.
 *
 * An entry is 64 bits: location and state in the lower half, the epoch of the page's last change
 * in the upper. A sub-table is one frame and maps 2 MiB; its frame's reference count is the number
 * of VMs that share it.
 */
import { MAP_OFFSET, vmAt } from '../vm/vm';
import { allocateFrame, frameAddress } from './host';

export const MAP_FRAME_MASK: u32 = 0xf_ffff;
export const MAP_PRESENT: u32 = 1 << 24;
/** Reserved for forks: the frame is shared and must be copied before a change. */
export const MAP_COPY_ON_WRITE: u32 = 1 << 25;
/** Absent, but read through the zero frame: address halves in TLBs may point there. */
export const MAP_ZERO_READ: u32 = 1 << 26;

const SUB_SHIFT: u32 = 9;
const SUB_MASK: u32 = (1 << SUB_SHIFT) - 1;

/** Whether a RAM page number lies inside the VM's memory. */
export function isRamPage(vm: usize, page: u64): bool {
  return page < vmAt(vm).ramSize >> 12;
}

/** Address of a page's entry, or 0 when its sub-table was never needed. */
export function mapEntry(vm: usize, page: u32): usize {
  const table = <usize>load<u32>(vm + ((<usize>page >> SUB_SHIFT) << 2), MAP_OFFSET);
  return table ? table + ((<usize>page & SUB_MASK) << 3) : 0;
}

/** The same, making the sub-table; 0 when the host has no frame for it. */
export function makeMapEntry(vm: usize, page: u32): usize {
  const found = mapEntry(vm, page);
  if (found) return found;
  const frame = allocateFrame();
  if (!frame) return 0;
  vmAt(vm).frames += 1;
  store<u32>(vm + ((<usize>page >> SUB_SHIFT) << 2), <u32>frameAddress(frame), MAP_OFFSET);
  return mapEntry(vm, page);
}

export function mapState(entry: usize): u32 {
  return load<u32>(entry);
}

export function setMapState(entry: usize, state: u32): void {
  store<u32>(entry, state);
}

export function mapEpoch(entry: usize): u32 {
  return load<u32>(entry, 4);
}

export function setMapEpoch(entry: usize, epoch: u32): void {
  store<u32>(entry, epoch, 4);
}
