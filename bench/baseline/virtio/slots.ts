import type { Vm } from '../vm/vm.js';

/** A VM's virtio slots. */
export class VirtioSlots {
  readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  load(_slot: number, _offset: number, _bytes: number): number {
    throw new Error('unfinished');
  }

  store(_slot: number, _offset: number, _bytes: number, _value: number): void {
    throw new Error('unfinished');
  }
}
