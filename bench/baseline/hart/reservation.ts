/**
 * Reservations of LR (Unprivileged 14.2). A reservation falls when another hart of the VM runs, when a trap
 * returns, or when the host or a device writes there.
 */
import { PAGE_SIZE, RAM_BASE } from '../layout.js';
import type { Vm } from '../vm/vm.js';
import type { Hart } from './hart.js';

/** Another hart of the VM is about to run: only its own reservation stays. */
export function dropOtherReservations(vm: Vm, except: Hart): void {
  for (let index = 0; index < vm.harts.length; index++) {
    const hart = vm.harts[index] as Hart;
    if (hart !== except) hart.reservationSize = 0;
  }
}

/** The host or a device writes into a RAM page. */
export function dropReservationsOf(vm: Vm, page: number): void {
  const start = RAM_BASE + page * PAGE_SIZE;
  for (let index = 0; index < vm.harts.length; index++) {
    const hart = vm.harts[index] as Hart;
    if (hart.reservation >= start && hart.reservation < start + PAGE_SIZE) hart.reservationSize = 0;
  }
}
