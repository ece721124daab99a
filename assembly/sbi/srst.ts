/** System reset (SBI 10): ends the run; the host decides what follows. */
import { requestExit } from '../bus/exit';
import { at } from '../hart/hart';
import { EXIT_RESET, EXIT_SHUTDOWN } from '../vm/vm';
import { fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED } from './reply';

const SYSTEM_RESET: u64 = 0;

/** Reset types and reasons, 32 bits wide. */
const SHUTDOWN: u32 = 0;
const WARM_REBOOT: u32 = 2;
const SYSTEM_FAILURE: u32 = 1;

/** On success does not return to the caller; the exit code is the reason: 1 for a failure. */
export function srstCall(hart: usize, fid: u64): void {
  if (fid !== SYSTEM_RESET) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const kind = <u32>at(hart).x10;
  const reason = <u32>at(hart).x11;
  if (kind > WARM_REBOOT || reason > SYSTEM_FAILURE) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  requestExit(hart, kind === SHUTDOWN ? EXIT_SHUTDOWN : EXIT_RESET, reason);
}
