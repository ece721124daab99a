/** Whose the frames are: counted by looking, so that no sum can be wrong. */
import { PAGE_SHIFT, PAGE_SIZE } from '../layout';
import { MAP_ENTRIES, MAP_OFFSET, vmAt } from '../vm/vm';
import { frameRecord } from './host';
import { MAP_FRAME_MASK, MAP_PRESENT, mapEpoch, mapState } from './map';

/** What the last `countFrames` found: frames that are a VM's alone, and those that others map as well. */
export let exclusiveFrames: u32 = 0;
export let sharedFrames: u32 = 0;
/**
 * The VM's part of all these frames, where each is divided among its sub-tables and these among their VMs: the parts of
 * all VMs add up to the frames there are.
 */
export let frameParts: f64 = 0;
/** Pages with frames that changed in a later epoch than was asked for. */
export let changedFrames: u32 = 0;

function countTable(table: usize, since: u32): void {
  const sharers = frameRecord(<u32>(table >> PAGE_SHIFT)).references;
  const alone = sharers === 1;
  let parts: f64 = 1;
  if (alone) exclusiveFrames += 1;
  else sharedFrames += 1;
  for (let entry = table; entry < table + PAGE_SIZE; entry += 8) {
    const state = mapState(entry);
    if (!(state & MAP_PRESENT)) continue;
    if (mapEpoch(entry) > since) changedFrames += 1;
    const tables = frameRecord(state & MAP_FRAME_MASK).references;
    parts += tables === 1 ? 1 : 1 / <f64>tables;
    if (alone && tables === 1) exclusiveFrames += 1;
    else sharedFrames += 1;
  }
  frameParts += parts / <f64>sharers;
}

/**
 * Counts a VM's frames of RAM, map tables and requests; its control blocks are not among them. Of its pages, counts
 * those that changed after epoch `since`.
 */
export function countFrames(vm: usize, since: u32): void {
  exclusiveFrames = vmAt(vm).slabFrames;
  frameParts = <f64>exclusiveFrames;
  sharedFrames = 0;
  changedFrames = 0;
  for (let index: usize = 0; index < <usize>MAP_ENTRIES; ++index) {
    const table = load<u32>(vm + (index << 2), MAP_OFFSET);
    if (table) countTable(table, since);
  }
}
