/**
 * Remote fences (SBI 8). All harts of a VM run on one thread, so a fence of another hart is done
 * before the caller's next instruction.
 */
import { at } from '../hart/hart';
import { fenceAll, fenceRange } from '../mmu/fence';
import { hartOf } from '../vm/vm';
import { hartSet, NO_SUCH_HART } from './hart-mask';
import { fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED, succeed } from './reply';

const REMOTE_FENCE_I: u64 = 0;
const REMOTE_SFENCE_VMA: u64 = 1;
const REMOTE_SFENCE_VMA_ASID: u64 = 2;

/** A size that is meant to be everything. */
const WHOLE: u64 = u64.MAX_VALUE;
const ASID: u32 = 0xffff;

/** One hart's SFENCE.VMA of a range; start and size 0, or size −1, mean the whole space. */
function fenceRemote(hart: usize, start: u64, size: u64, asid: u32, hasAsid: bool): void {
  const wraps = size !== 0 && start + (size - 1) < start;
  if ((start === 0 && size === 0) || size === WHOLE || wraps) fenceAll(hart, asid, hasAsid);
  else if (size) fenceRange(hart, start, size, asid, hasAsid);
}

export function rfenceCall(hart: usize, fid: u64): void {
  const caller = at(hart);
  // The hypervisor's fences, functions 3 to 6, come with its extension.
  const hasAsid = fid === REMOTE_SFENCE_VMA_ASID;
  if (fid !== REMOTE_FENCE_I && fid !== REMOTE_SFENCE_VMA && !hasAsid) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const vm = <usize>caller.vm;
  let targets = hartSet(vm, caller.x10, caller.x11);
  if (targets === NO_SUCH_HART) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  // FENCE.I finds nothing to do: stores drop decoded code themselves.
  if (fid === REMOTE_FENCE_I) {
    succeed(hart, 0);
    return;
  }
  for (; targets !== 0; targets &= targets - 1) {
    const target = hartOf(vm, <u32>ctz<u64>(targets));
    fenceRemote(target, caller.x12, caller.x13, <u32>caller.x14 & ASID, hasAsid);
  }
  succeed(hart, 0);
}
