import type { Vm } from '../vm/vm.js';

export class Plic {
  readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  setLevel(_irq: number, _on: boolean): void {
    throw new Error('unfinished');
  }
}
