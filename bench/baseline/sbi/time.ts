/** Timer extension (SBI 6). */
import { STIMECMP } from '../hart/csr-slot.js';
import type { Hart } from '../hart/hart.js';
import { requestStop } from '../hart/interrupts.js';
import { updateTimers } from '../vm/clock.js';
import { A0, fail, SBI_ERR_NOT_SUPPORTED, succeed } from './call.js';

const SET_TIMER = 0;

/** Makes the hart's supervisor timer interrupt pending from the time in a0 (mtime ticks) on. */
export function setTimer(hart: Hart): void {
  hart.csr[STIMECMP] = hart.x[A0];
  hart.csr[STIMECMP + 1] = hart.x[A0 + 1];
  updateTimers(hart);
  // The slice was cut at the earliest deadline, which may now be another.
  requestStop(hart);
}

export function timeCall(hart: Hart, fid: number): void {
  if (fid !== SET_TIMER) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  setTimer(hart);
  succeed(hart, 0);
}
