/**
 * Reservations of LR (Unprivileged 14.2). With one thread a reservation falls when another hart of the VM
 * runs, when a trap returns, or when the host or a device writes there: exact, and free on the fast path.
 */
import { PAGE_SHIFT, RAM_BASE } from '../layout';
import { hartOf, vmAt } from '../vm/vm';
import { at } from './hart';

/** Another hart of the VM is about to run: only its own reservation stays. */
export function dropOtherReservations(vm: usize, except: usize): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    if (hart !== except) at(hart).reservationSize = 0;
  }
}

/** The host or a device writes into a RAM page. */
export function dropReservationsOf(vm: usize, page: u32): void {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    if ((at(hart).reservation - RAM_BASE) >> PAGE_SHIFT === page) at(hart).reservationSize = 0;
  }
}
