/** Timer extension (SBI 6). */
import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { updateTimers } from '../vm/clock';
import { fail, SBI_ERR_NOT_SUPPORTED, succeed } from './reply';

const SET_TIMER: u64 = 0;

/** Makes the hart's supervisor timer interrupt pending from `time` (mtime ticks) on. */
export function setTimer(hart: usize, time: u64): void {
  at(hart).stimecmp = time;
  updateTimers(hart);
  // The slice was cut at the earliest deadline, which may now be another.
  requestStop(hart);
}

export function timeCall(hart: usize, fid: u64): void {
  if (fid !== SET_TIMER) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  setTimer(hart, at(hart).x10);
  succeed(hart, 0);
}
