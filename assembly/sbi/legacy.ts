/**
 * Legacy extensions (SBI 5), of which old kernels and small programs use a few. They answer in a0
 * alone, and the function number is not looked at.
 */
import { requestExit } from '../bus/exit';
import { at } from '../hart/hart';
import { EXIT_SHUTDOWN } from '../vm/vm';
import { readByte, writeByte } from './dbcn';
import { SBI_ERR_FAILED, SBI_ERR_NOT_SUPPORTED, SBI_SUCCESS } from './reply';
import { setTimer } from './time';

const SET_TIMER: u64 = 0;
const CONSOLE_PUTCHAR: u64 = 1;
const CONSOLE_GETCHAR: u64 = 2;
const SHUTDOWN: u64 = 8;

/** Whether a legacy extension is answered. */
export function isLegacyOffered(eid: u64): bool {
  return eid <= CONSOLE_GETCHAR || eid === SHUTDOWN;
}

export function legacyCall(hart: usize, eid: u64): void {
  const caller = at(hart);
  if (eid === SET_TIMER) {
    setTimer(hart, caller.x10);
    caller.x10 = SBI_SUCCESS;
  } else if (eid === CONSOLE_PUTCHAR) {
    caller.x10 = writeByte(hart, <u8>caller.x10) ? SBI_SUCCESS : SBI_ERR_FAILED;
  } else if (eid === CONSOLE_GETCHAR) {
    caller.x10 = readByte(hart);
  } else if (eid === SHUTDOWN) {
    requestExit(hart, EXIT_SHUTDOWN, 0);
  } else {
    caller.x10 = SBI_ERR_NOT_SUPPORTED;
  }
}
