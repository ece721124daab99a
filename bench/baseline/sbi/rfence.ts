/**
 * Remote fences (SBI 8). All harts of a VM run on one thread, so a fence of another hart is done
 * before the caller's next instruction.
 */
import type { Hart } from '../hart/hart.js';
import { fenceAll, fenceRange } from '../mmu/fence.js';
import {
  A2,
  A3,
  A4,
  argument,
  fail,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  succeed,
} from './call.js';
import { forEachHart, hartSet, NO_SUCH_HART } from './hart-mask.js';

const REMOTE_FENCE_I = 0;
const REMOTE_SFENCE_VMA = 1;
const REMOTE_SFENCE_VMA_ASID = 2;

const ASID = 0xffff;

/** Whether the range that begins at a2 with the size in a3 ends beyond the address space. */
function wraps(hart: Hart): boolean {
  const { x } = hart;
  if (x[A3] === 0 && x[A3 + 1] === 0) return false;
  const lastLow = (x[A3] - 1) | 0;
  const lastHigh = (x[A3] === 0 ? x[A3 + 1] - 1 : x[A3 + 1]) >>> 0;
  const carry = (x[A2] >>> 0) + (lastLow >>> 0) > 0xffff_ffff ? 1 : 0;
  return (x[A2 + 1] >>> 0) + lastHigh + carry > 0xffff_ffff;
}

/** One hart's SFENCE.VMA of the caller's range; start and size 0, or size −1, mean the whole space. */
function fenceRemote(target: Hart, caller: Hart, hasAsid: boolean): void {
  const asid = caller.x[A4] & ASID;
  const size = argument(caller, A3);
  const isWhole = caller.x[A3] === -1 && caller.x[A3 + 1] === -1;
  if ((size === 0 && argument(caller, A2) === 0) || isWhole || wraps(caller)) {
    fenceAll(target, asid, hasAsid);
  } else if (size !== 0) {
    fenceRange(target, caller.x[A2], caller.x[A2 + 1], size, asid, hasAsid);
  }
}

export function rfenceCall(hart: Hart, fid: number): void {
  // The hypervisor's fences, functions 3 to 6, come with its extension.
  const hasAsid = fid === REMOTE_SFENCE_VMA_ASID;
  if (fid !== REMOTE_FENCE_I && fid !== REMOTE_SFENCE_VMA && !hasAsid) {
    fail(hart, SBI_ERR_NOT_SUPPORTED);
    return;
  }
  const targets = hartSet(hart);
  if (targets === NO_SUCH_HART) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  // FENCE.I finds nothing to do: stores drop decoded code themselves.
  if (fid !== REMOTE_FENCE_I) {
    forEachHart(hart.vm, targets, (target) => fenceRemote(target, hart, hasAsid));
  }
  succeed(hart, 0);
}
