import type { Vm } from '../vm/vm.js';
import type { Hart } from './hart.js';

export function dropReservationsOf(_vm: Vm, _page: number): void {
  throw new Error('unfinished');
}

export function dropOtherReservations(_vm: Vm, _hart: Hart): void {
  throw new Error('unfinished');
}
