import type { Vm } from '../vm/vm.js';

export function dropAllWriteAddresses(_vm: Vm): void {
  throw new Error('unfinished');
}

export function dropAddresses(_vm: Vm, _page: number): void {
  throw new Error('unfinished');
}
