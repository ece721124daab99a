/** Inter-processor interrupts (SBI 7). */
import { at } from '../hart/hart';
import { requestStop, SSIP } from '../hart/interrupts';
import { hartOf } from '../vm/vm';
import { hartSet, NO_SUCH_HART } from './hart-mask';
import { fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED, succeed } from './reply';

const SEND_IPI: u64 = 0;

export function ipiCall(hart: usize, fid: u64): void {
  if (fid !== SEND_IPI) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const vm = <usize>at(hart).vm;
  let targets = hartSet(vm, at(hart).x10, at(hart).x11);
  if (targets === NO_SUCH_HART) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  for (; targets !== 0; targets &= targets - 1) {
    const target = hartOf(vm, <u32>ctz<u64>(targets));
    at(target).mip |= SSIP;
    requestStop(target);
  }
  succeed(hart, 0);
}
