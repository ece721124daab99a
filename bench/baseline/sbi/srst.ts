/** System reset (SBI 10): ends the run; the host decides what follows. */
import { requestExit } from '../bus/exit.js';
import type { Hart } from '../hart/hart.js';
import { EXIT_RESET, EXIT_SHUTDOWN } from '../vm/vm.js';
import { A0, A1, fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED } from './call.js';

const SYSTEM_RESET = 0;

/** Reset types and reasons, 32 bits wide. */
const SHUTDOWN = 0;
const WARM_REBOOT = 2;
const SYSTEM_FAILURE = 1;

/** On success does not return to the caller; the exit code is the reason: 1 for a failure. */
export function srstCall(hart: Hart, fid: number): void {
  if (fid !== SYSTEM_RESET) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const kind = hart.x[A0] >>> 0;
  const reason = hart.x[A1] >>> 0;
  if (kind > WARM_REBOOT || reason > SYSTEM_FAILURE) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  requestExit(hart, kind === SHUTDOWN ? EXIT_SHUTDOWN : EXIT_RESET, reason);
}
