import { PAGE_SIZE } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import { slotLoad, slotStore } from './registers.js';
import { RequestPool } from './request-pool.js';
import { Slot, VIRTIO_SLOTS } from './slot.js';

/** A VM's virtio slots, and the requests that their back ends have taken. */
export class VirtioSlots {
  readonly vm: Vm;
  readonly slots: Slot[] = [];
  readonly requests: RequestPool;
  /** Slots that the host layer must look at after this run, a bit each. */
  doorbells = 0;

  constructor(vm: Vm) {
    this.vm = vm;
    this.requests = new RequestPool(vm.ramStart / PAGE_SIZE);
    for (let index = 0; index < VIRTIO_SLOTS; index++) this.slots.push(new Slot(index));
  }

  /** Reads 1, 2 or 4 bytes at `offset` of a slot's window; the value is signed if it has 32 bits. */
  load(slot: number, offset: number, bytes: number): number {
    return slotLoad(this.slots[slot], offset, bytes);
  }

  /** Writes the low 1, 2 or 4 bytes of `value`, by the hart that runs. */
  store(slot: number, offset: number, bytes: number, value: number): void {
    slotStore(this.vm, this.slots[slot], offset, bytes, value | 0);
  }
}
