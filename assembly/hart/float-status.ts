/** Whether the fast paths of floating point are open. */
import { at } from './hart';
import { FS } from './status';

/** What must stand for native arithmetic: NX set, and frm RNE, which is 0. */
const FCSR_NX: u32 = 1;
const FCSR_FRM: u32 = 7 << 5;

/** FS as it counts now: with V=1 Off if either status says so, and Dirty only if both do (15.2.11). */
function floatState(hart: usize): u64 {
  const state = at(hart).mstatus & FS;
  if (!at(hart).virtualized) return state;
  const guest = at(hart).vsstatus & FS;
  return state && guest ? state & guest : 0;
}

/** Whether the unit is on; else its instructions and CSRs are illegal. */
export function isFloatOn(hart: usize): bool {
  const own = (at(hart).mstatus & FS) !== 0;
  return own && (!at(hart).virtualized || (at(hart).vsstatus & FS) !== 0);
}

/** Keeps `floatReady` and `floatFast` as FS and fcsr say. */
export function refreshFloat(hart: usize): void {
  const ready = floatState(hart) === FS;
  const nearest = (at(hart).fcsr & FCSR_FRM) === 0;
  at(hart).floatReady = ready ? (nearest ? 2 : 1) : 0;
  at(hart).floatFast = ready && nearest && (at(hart).fcsr & FCSR_NX) !== 0 ? 1 : 0;
}

/** The unit's state changed: FS becomes Dirty, with V=1 in both statuses. */
export function markFloatDirty(hart: usize): void {
  at(hart).mstatus |= FS;
  if (at(hart).virtualized) at(hart).vsstatus |= FS;
  refreshFloat(hart);
}
