/** A VM comes and goes: its RAM is one run of the host's frames, all else are objects. */
import { resetDevices } from '../bus/reset.js';
import { Plic } from '../dev/plic.js';
import { Rtc } from '../dev/rtc.js';
import { Uart } from '../dev/uart.js';
import { CodeCache } from '../exec/code-cache.js';
import { HART_STOPPED, Hart } from '../hart/hart.js';
import { resetHart } from '../hart/reset.js';
import type { BaselineHost } from '../host.js';
import { MAX_HARTS, PAGE_MASK, PAGE_SIZE } from '../layout.js';
import { VirtioSlots } from '../virtio/slots.js';
import { Vm } from './vm.js';

/** As much as the core's guest map holds. */
const MOST_RAM = 2 ** 32;

/** Frames behind RAM of `ramSize` bytes. A VM without RAM has one for its name. */
function framesOf(ramSize: number): number {
  return Math.max(ramSize / PAGE_SIZE, 1);
}

/** Handle of a new VM whose harts are all stopped, which is its first frame; 0 when frames are short. */
export function createVm(
  host: BaselineHost,
  ramSize: number,
  harts: number,
  extensions: bigint,
  flags: number,
): number {
  const { memory } = host;
  if (memory === undefined || harts === 0 || harts > MAX_HARTS) return 0;
  if (ramSize > MOST_RAM || (ramSize & PAGE_MASK) !== 0) return 0;
  const handle = memory.allocate(framesOf(ramSize));
  if (handle === 0) return 0;
  const vm = new Vm(memory, handle, ramSize, extensions, flags);
  vm.code = new CodeCache(vm);
  vm.uart = new Uart(vm);
  vm.plic = new Plic(vm);
  vm.rtc = new Rtc(vm);
  vm.virtio = new VirtioSlots(vm);
  for (let index = 0; index < harts; index++) {
    const hart = new Hart(vm, index, extensions);
    vm.harts.push(hart);
    resetHart(hart);
    hart.state = HART_STOPPED;
  }
  resetDevices(vm);
  host.vms.set(handle, vm);
  return handle;
}

/** Gives back the VM's RAM; its handle is no longer one. */
export function destroyVm(host: BaselineHost, handle: number): void {
  const vm = host.vm(handle);
  host.vms.delete(handle);
  // Pages never changed are still zero, and may never have been committed.
  vm.pageEpochs.forEach((epoch, page) => {
    if (epoch === 0) return;
    const start = vm.ramStart + page * PAGE_SIZE;
    vm.memory.u8.fill(0, start, start + PAGE_SIZE);
  });
  vm.memory.free(handle, framesOf(vm.ramSize));
}
