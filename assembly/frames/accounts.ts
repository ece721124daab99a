/** Whose the frames are: counted by looking, so that no sum can be wrong. */
import { PAGE_SHIFT, PAGE_SIZE } from '../layout';
import { MAP_ENTRIES, MAP_OFFSET, vmAt } from '../vm/vm';
import { frameRecord } from './host';
import { MAP_FRAME_MASK, MAP_PRESENT, mapState } from './map';

/** What the last `countFrames` found: frames that are a VM's alone, and those that others map as well. */
export let exclusiveFrames: u32 = 0;
export let sharedFrames: u32 = 0;

function countTable(table: usize): void {
  const alone = frameRecord(<u32>(table >> PAGE_SHIFT)).references === 1;
  if (alone) exclusiveFrames += 1;
  else sharedFrames += 1;
  for (let entry = table; entry < table + PAGE_SIZE; entry += 8) {
    const state = mapState(entry);
    if (!(state & MAP_PRESENT)) continue;
    if (alone && frameRecord(state & MAP_FRAME_MASK).references === 1) exclusiveFrames += 1;
    else sharedFrames += 1;
  }
}

/** Counts a VM's frames of RAM, map tables and requests; its control blocks are not among them. */
export function countFrames(vm: usize): void {
  exclusiveFrames = vmAt(vm).slabFrames;
  sharedFrames = 0;
  for (let index: usize = 0; index < <usize>MAP_ENTRIES; ++index) {
    const table = load<u32>(vm + (index << 2), MAP_OFFSET);
    if (table) countTable(table);
  }
}
