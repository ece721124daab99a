/**
 * The guest map: a VM's RAM page → frame, in two levels.
 *
 * An entry is 64 bits: location and state in the lower half, the epoch of the page's last change
 * in the upper. A sub-table is one frame and maps 2 MiB; its frame's reference count is the number of VMs that share
 * it, a page's frame's that of the sub-tables that name it. What is shared is copied before it is changed.
 */

import { PAGE_SHIFT, PAGE_SIZE } from '../layout';
import { MAP_OFFSET, vmAt } from '../vm/vm';
import { spendWork } from '../vm/work';
import { allocateFrame, frameAddress, frameRecord } from './host';

export const MAP_FRAME_MASK: u32 = 0xf_ffff;
export const MAP_PRESENT: u32 = 1 << 24;
/** Absent, but read through the zero frame: address halves in TLBs may point there. */
export const MAP_ZERO_READ: u32 = 1 << 26;
/** Absent, and its content is where the VM is restored from (frames/expected). */
export const MAP_EXPECTED: u32 = 1 << 27;

const SUB_SHIFT: u32 = 9;
export const SUB_MASK: u32 = (1 << SUB_SHIFT) - 1;

/** Whether a RAM page number lies inside the VM's memory. */
export function isRamPage(vm: usize, page: u64): bool {
  return page < vmAt(vm).ramSize >> 12;
}

/** Address of a page's entry, or 0 when its sub-table was never needed. */
export function mapEntry(vm: usize, page: u32): usize {
  const table = <usize>load<u32>(vm + ((<usize>page >> SUB_SHIFT) << 2), MAP_OFFSET);
  return table ? table + ((<usize>page & SUB_MASK) << 3) : 0;
}

/** Whether other VMs have the sub-table of a page, which is there. */
export function isTableShared(vm: usize, page: u32): bool {
  const table = load<u32>(vm + ((<usize>page >> SUB_SHIFT) << 2), MAP_OFFSET);
  return frameRecord(table >> PAGE_SHIFT).references !== 1;
}

/**
 * The same in a sub-table that is this VM's alone, made or copied if need be: its entries may be changed. 0 when the
 * host has no frame for it.
 */
export function ownEntry(vm: usize, page: u32): usize {
  const place = vm + ((<usize>page >> SUB_SHIFT) << 2);
  const table = <u32>load<u32>(place, MAP_OFFSET);
  if (table && frameRecord(table >> PAGE_SHIFT).references === 1) return mapEntry(vm, page);
  const frame = allocateFrame();
  if (!frame) return 0;
  if (table) {
    copyTable(table, frameAddress(frame));
    frameRecord(table >> PAGE_SHIFT).references -= 1;
    spendWork(vm, SUB_MASK + 1);
  }
  store<u32>(place, <u32>frameAddress(frame), MAP_OFFSET);
  return mapEntry(vm, page);
}

/** Copies a sub-table; each frame that it names has another one who maps it. */
function copyTable(from: usize, to: usize): void {
  memory.copy(to, from, PAGE_SIZE);
  for (let entry = to; entry < to + PAGE_SIZE; entry += 8) {
    const state = mapState(entry);
    if (state & MAP_PRESENT) frameRecord(state & MAP_FRAME_MASK).references += 1;
  }
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
