/** A VM comes and goes: its control blocks, its map, its frames. */
import { resetDevices } from '../bus/reset';
import { DEBUG_END } from '../debug/record';
import { releaseCode } from '../exec/code-page';
import {
  allocateRun,
  frameAddress,
  frameRecord,
  freeFrame,
  freeRun,
  Host,
  host,
  takeRun,
} from '../frames/host';
import { MAP_FRAME_MASK, MAP_PRESENT, mapState } from '../frames/map';
import { at, HART_FRAMES, HART_STOPPED, Hart, SUPERPAGES_OFFSET } from '../hart/hart';
import { resetHart } from '../hart/reset';
import { HOST, MAX_HARTS, PAGE_MASK, PAGE_SHIFT } from '../layout';
import { dropAllWriteAddresses } from '../mmu/drop';
import { freeSlabs } from '../virtio/slab';
import { CONFIG_OFFSET, isAtRest, Queue, queueAt, Slot, slotAt } from '../virtio/slot';
import {
  DEBUG_OFFSET,
  HART_TABLE_OFFSET,
  hartOf,
  MAP_ENTRIES,
  MAP_OFFSET,
  RINGS_OFFSET,
  UART_OUT_SIZE,
  UART_RECORD,
  Uart,
  uartOf,
  VIRTIO_QUEUE_RECORD,
  VIRTIO_QUEUES,
  VIRTIO_SLOTS,
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
  enlist(vm);
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

/** One VM less has the sub-table; what nobody else names goes with it. */
function releaseTable(table: usize): void {
  const record = frameRecord(<u32>(table >> PAGE_SHIFT));
  record.references -= 1;
  if (record.references) return;
  for (let entry = table; entry < table + (SUB_ENTRIES << 3); entry += 8) {
    const state = mapState(entry);
    if (state & MAP_PRESENT) releaseFrame(state & MAP_FRAME_MASK);
  }
  freeFrame(<u32>(table >> PAGE_SHIFT));
}

function releaseFrame(frame: u32): void {
  const record = frameRecord(frame);
  record.references -= 1;
  if (record.references) return;
  releaseCode(frame);
  freeFrame(frame);
}

/** Takes the VM into the host's list. */
function enlist(vm: usize): void {
  vmAt(vm).next = host().firstVm;
  host().firstVm = <u32>vm;
}

function delist(vm: usize): void {
  let place = HOST + offsetof<Host>('firstVm');
  while (load<u32>(place) !== <u32>vm) place = <usize>load<u32>(place) + offsetof<Vm>('next');
  store<u32>(place, vmAt(vm).next);
}

/** Gives back every frame of the VM, its control blocks last. */
export function destroyVm(vm: usize): void {
  delist(vm);
  freeSlabs(vm);
  for (let index: usize = 0; index < <usize>MAP_ENTRIES; ++index) {
    const table = load<u32>(vm + (index << 2), MAP_OFFSET);
    if (table) releaseTable(table);
  }
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    freeRun(<u32>(hartOf(vm, index) >> PAGE_SHIFT), HART_FRAMES);
  }
  freeRun(<u32>(vm >> PAGE_SHIFT), VM_FRAMES);
}

/** A copy of the control block at `from`, of `count` frames; its address, or 0 when frames are short. */
function copyRun(from: usize, count: u32): usize {
  const run = takeRun(count);
  if (!run) return 0;
  memory.copy(frameAddress(run), from, count << PAGE_SHIFT);
  return frameAddress(run);
}

/** The rings' addresses rest on their pages keeping their frames. */
function forgetRings(vm: usize): void {
  for (let slot: u32 = 0; slot < VIRTIO_SLOTS; ++slot) {
    for (let index: u32 = 0; index < VIRTIO_QUEUES; ++index) {
      const queue = queueAt(slotAt(vm, slot), index);
      queue.reserved = 0;
      queue.availableAddress = 0;
      queue.usedAddress = 0;
    }
  }
}

/** The VM that goes on as this one would; 0 while requests are under way, or when frames are short. */
export function forkVm(vm: usize): usize {
  if (!isAtRest(vm)) return 0;
  const copy = copyRun(vm, VM_FRAMES);
  if (!copy) return 0;
  const state = vmAt(copy);
  const harts = state.harts;
  state.harts = 0;
  state.freeSlab = 0;
  state.slabFrames = 0;
  // Until the harts are there, it has no map to give back.
  memory.fill(copy + MAP_OFFSET, 0, (<usize>MAP_ENTRIES) << 2);
  enlist(copy);
  for (let index: u32 = 0; index < harts; ++index) {
    const hart = copyRun(hartOf(vm, index), HART_FRAMES);
    if (!hart) {
      destroyVm(copy);
      return 0;
    }
    at(hart).vm = <u32>copy;
    store<u32>(copy + ((<usize>index) << 2), <u32>hart, HART_TABLE_OFFSET);
    state.harts = index + 1;
  }
  for (let index: usize = 0; index < <usize>MAP_ENTRIES; ++index) {
    const table = load<u32>(vm + (index << 2), MAP_OFFSET);
    if (!table) continue;
    store<u32>(copy + (index << 2), table, MAP_OFFSET);
    frameRecord(table >> PAGE_SHIFT).references += 1;
  }
  uartOf(copy).out = <u32>(copy + RINGS_OFFSET);
  uartOf(copy).in = uartOf(copy).out + UART_OUT_SIZE;
  memory.fill(copy + DEBUG_OFFSET, 0, <usize>DEBUG_END - DEBUG_OFFSET);
  forgetRings(vm);
  forgetRings(copy);
  // The first store into any page must be seen, on both.
  dropAllWriteAddresses(vm);
  dropAllWriteAddresses(copy);
  return copy;
}
