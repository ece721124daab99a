/** Inter-processor interrupts (SBI 7). */
import type { Hart } from '../hart/hart.js';
import { requestStop, SSIP } from '../hart/interrupts.js';
import { fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED, succeed } from './call.js';
import { forEachHart, hartSet, NO_SUCH_HART } from './hart-mask.js';

const SEND_IPI = 0;

function interruptBySoftware(target: Hart): void {
  target.mip |= SSIP;
  requestStop(target);
}

export function ipiCall(hart: Hart, fid: number): void {
  if (fid !== SEND_IPI) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const targets = hartSet(hart);
  if (targets === NO_SUCH_HART) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  forEachHart(hart.vm, targets, interruptBySoftware);
  succeed(hart, 0);
}
