/**
 * Legacy extensions (SBI 5), of which old kernels and small programs use a few. They answer in a0
 * alone, and the function number is not looked at.
 */
import { requestExit } from '../bus/exit.js';
import type { Hart } from '../hart/hart.js';
import { EXIT_SHUTDOWN } from '../vm/vm.js';
import { A0, answer, SBI_ERR_FAILED, SBI_ERR_NOT_SUPPORTED, SBI_SUCCESS } from './call.js';
import { readByte, writeByte } from './dbcn.js';
import { setTimer } from './time.js';

const SET_TIMER = 0;
const CONSOLE_PUTCHAR = 1;
const CONSOLE_GETCHAR = 2;
const SHUTDOWN = 8;

/** Whether a legacy extension is answered. */
export function isLegacyOffered(eid: number): boolean {
  return eid <= CONSOLE_GETCHAR || eid === SHUTDOWN;
}

export function legacyCall(hart: Hart, eid: number): void {
  if (eid === SET_TIMER) {
    setTimer(hart);
    answer(hart, SBI_SUCCESS);
  } else if (eid === CONSOLE_PUTCHAR) {
    answer(hart, writeByte(hart, hart.x[A0] & 0xff) ? SBI_SUCCESS : SBI_ERR_FAILED);
  } else if (eid === CONSOLE_GETCHAR) {
    answer(hart, readByte(hart));
  } else if (eid === SHUTDOWN) {
    requestExit(hart, EXIT_SHUTDOWN, 0);
  } else {
    answer(hart, SBI_ERR_NOT_SUPPORTED);
  }
}
