import type { Vm } from '../vm/vm.js';

export class Rtc {
  readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }
}
