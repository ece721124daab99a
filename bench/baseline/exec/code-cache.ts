import type { Vm } from '../vm/vm.js';

/** A VM's decoded code. */
export class CodeCache {
  readonly vm: Vm;

  constructor(vm: Vm) {
    this.vm = vm;
  }

  /** Drops what was decoded from `bytes` bytes at `offset` of a RAM page. */
  drop(_page: number, _offset: number, _bytes: number): void {
    throw new Error('unfinished');
  }
}
