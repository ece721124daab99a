import type { Vm } from '../vm/vm.js';

export function runVm(_vm: Vm, _budget: number, _now: number, _rate: number): number {
  throw new Error('unfinished');
}

export function stepHart(_vm: Vm, _index: number, _now: number, _rate: number): number {
  throw new Error('unfinished');
}
