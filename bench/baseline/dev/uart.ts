import type { Vm } from '../vm/vm.js';

export class Uart {
  readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }
}
