/** A VM comes and goes: its control blocks, its map, its frames. */
import { resetDevices } from '../bus/reset';
import { DEBUG_END } from '../debug/record';
import { releaseCode } from '../exec/code-page';
import { allocateRun, frameAddress, freeFrame, freeRun } from '../frames/host';
import { MAP_FRAME_MASK, MAP_PRESENT, mapState } from '../frames/map';
import { at, HART_FRAMES, HART_STOPPED, Hart, SUPERPAGES_OFFSET } from '../hart/hart';
import { resetHart } from '../hart/reset';
import { MAX_HARTS, PAGE_MASK, PAGE_SHIFT } from '../layout';
import { freeSlabs } from '../virtio/slab';
import { CONFIG_OFFSET, Queue, Slot } from '../virtio/slot';
import {
  HART_TABLE_OFFSET,
  hartOf,
  MAP_ENTRIES,
  MAP_OFFSET,
  UART_RECORD,
  Uart,
  VIRTIO_QUEUE_RECORD,
  VM_FRAMES,
  Vm,
  vmAt,
} from './vm';

/** Entries of a sub-table. */
const SUB_ENTRIES: usize = 512;

/** Address of a new VM whose harts are all stopped, or 0 when frames are short. */
export function createVm(ramSize: u64, harts: u32, extensions: u64, flags: u32): usize {
  // Checked by the compiler: each record ends before what its block holds next.
  if (offsetof<Vm>() > HART_TABLE_OFFSET) ERROR('the record of a VM has outgrown its place');
  if (offsetof<Uart>() > UART_RECORD) ERROR('the record of a UART has outgrown its place');
  if (offsetof<Hart>() > SUPERPAGES_OFFSET) ERROR('the record of a hart has outgrown its place');
  if (offsetof<Slot>() > CONFIG_OFFSET) ERROR('the record of a slot has outgrown its place');
  if (offsetof<Queue>() > VIRTIO_QUEUE_RECORD) ERROR('the record of a queue is too large');
  if (DEBUG_END > MAP_OFFSET) ERROR('what a debugger sets has outgrown its place');
  if (!harts || harts > MAX_HARTS || ramSize > (<u64>MAP_ENTRIES) << 21) return 0;
  if (ramSize & PAGE_MASK) return 0;
  const block = allocateRun(VM_FRAMES);
  if (!block) return 0;
  const vm = frameAddress(block);
  const state = vmAt(vm);
  state.flags = flags;
  state.ramSize = ramSize;
  state.extensions = extensions;
  state.tohost = u64.MAX_VALUE;
  state.epoch = 1;
  for (let index: u32 = 0; index < harts; ++index) {
    const run = allocateRun(HART_FRAMES);
    if (!run) {
      destroyVm(vm);
      return 0;
    }
    const hart = frameAddress(run);
    store<u32>(vm + ((<usize>index) << 2), <u32>hart, HART_TABLE_OFFSET);
    state.harts = index + 1;
    resetHart(hart, vm, index, extensions);
    at(hart).state = HART_STOPPED;
  }
  resetDevices(vm);
  return vm;
}

function freeTable(table: usize): void {
  for (let entry = table; entry < table + (SUB_ENTRIES << 3); entry += 8) {
    const state = mapState(entry);
    if (!(state & MAP_PRESENT)) continue;
    releaseCode(state & MAP_FRAME_MASK);
    freeFrame(state & MAP_FRAME_MASK);
  }
  freeFrame(<u32>(table >> PAGE_SHIFT));
}

/** Gives back every frame of the VM, its control blocks last. */
export function destroyVm(vm: usize): void {
  freeSlabs(vm);
  for (let index: usize = 0; index < <usize>MAP_ENTRIES; ++index) {
    const table = load<u32>(vm + (index << 2), MAP_OFFSET);
    if (table) freeTable(table);
  }
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    freeRun(<u32>(hartOf(vm, index) >> PAGE_SHIFT), HART_FRAMES);
  }
  freeRun(<u32>(vm >> PAGE_SHIFT), VM_FRAMES);
}
