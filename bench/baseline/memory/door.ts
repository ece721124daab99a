import type { Vm } from '../vm/vm.js';

export function changePage(_vm: Vm, _page: number, _offset: number, _bytes: number): number {
  throw new Error('unfinished');
}

export function guestRead(_vm: Vm, _gpa: number): number {
  throw new Error('unfinished');
}

export function guestWrite(_vm: Vm, _gpa: number): number {
  throw new Error('unfinished');
}
