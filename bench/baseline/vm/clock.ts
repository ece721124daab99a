import type { Hart } from '../hart/hart.js';
import type { Vm } from './vm.js';

export function vmTime(_vm: Vm): number {
  throw new Error('unfinished');
}

export function updateTimers(_hart: Hart): void {
  throw new Error('unfinished');
}

export function nextDeadline(_vm: Vm): number {
  throw new Error('unfinished');
}

export function stepsUntil(_vm: Vm, _deadline: number): number {
  throw new Error('unfinished');
}

export function skipTo(_vm: Vm, _time: number): void {
  throw new Error('unfinished');
}

export function synchronize(_vm: Vm, _now: number, _rate: number): void {
  throw new Error('unfinished');
}
