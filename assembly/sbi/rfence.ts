/**
 * Remote fences (SBI 8). All harts of a VM run on one thread, so a fence of another hart is done
 * before the caller's next instruction.
 */
import { Ext } from '../generated/ops';
import { at } from '../hart/hart';
import { vmidOf } from '../mmu/context';
import {
  fenceAll,
  fenceAllGuest,
  fenceAllVirtual,
  fenceRange,
  fenceRangeGuest,
  fenceRangeVirtual,
} from '../mmu/fence';
import { hartOf } from '../vm/vm';
import { hartSet, NO_SUCH_HART } from './hart-mask';
import { fail, SBI_ERR_INVALID_PARAM, SBI_ERR_NOT_SUPPORTED, succeed } from './reply';

const REMOTE_FENCE_I: u64 = 0;
const REMOTE_SFENCE_VMA: u64 = 1;
const REMOTE_SFENCE_VMA_ASID: u64 = 2;
const REMOTE_HFENCE_GVMA_VMID: u64 = 3;
const REMOTE_HFENCE_GVMA: u64 = 4;
const REMOTE_HFENCE_VVMA_ASID: u64 = 5;
const REMOTE_HFENCE_VVMA: u64 = 6;

/** A size that is meant to be everything. */
const WHOLE: u64 = u64.MAX_VALUE;
const ASID: u32 = 0xffff;
const VMID: u32 = 0x3fff;

/** Whether there is such a function, for harts with virtual machines or without. */
function isOffered(hart: usize, fid: u64): bool {
  if (fid <= REMOTE_SFENCE_VMA_ASID) return true;
  return fid <= REMOTE_HFENCE_VVMA && (at(hart).extensions & Ext.H) !== 0;
}

/** Start and size 0, or size −1, mean the whole space; so does what wraps. */
function isWhole(start: u64, size: u64): bool {
  const wraps = size !== 0 && start + (size - 1) < start;
  return (start === 0 && size === 0) || size === WHOLE || wraps;
}

/** One hart's SFENCE.VMA. */
function fenceOwn(hart: usize, start: u64, size: u64, asid: u32, hasAsid: bool): void {
  if (isWhole(start, size)) fenceAll(hart, asid, hasAsid);
  else if (size) fenceRange(hart, start, size, asid, hasAsid);
}

/** One hart's HFENCE.GVMA. */
function fenceGuest(hart: usize, start: u64, size: u64, vmid: u32, hasVmid: bool): void {
  if (isWhole(start, size)) fenceAllGuest(hart, vmid, hasVmid);
  else if (size) fenceRangeGuest(hart, start, size, vmid, hasVmid);
}

/** One hart's HFENCE.VVMA, for the virtual machine that the caller's hgatp names. */
function fenceVirtual(
  hart: usize,
  start: u64,
  size: u64,
  vmid: u32,
  asid: u32,
  hasAsid: bool,
): void {
  if (isWhole(start, size)) fenceAllVirtual(hart, vmid, asid, hasAsid);
  else if (size) fenceRangeVirtual(hart, start, size, vmid, asid, hasAsid);
}

export function rfenceCall(hart: usize, fid: u64): void {
  const caller = at(hart);
  if (!isOffered(hart, fid)) {
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
  const start = caller.x12;
  const size = caller.x13;
  const space = <u32>caller.x14;
  for (; targets !== 0; targets &= targets - 1) {
    const target = hartOf(vm, <u32>ctz<u64>(targets));
    if (fid <= REMOTE_SFENCE_VMA_ASID) {
      fenceOwn(target, start, size, space & ASID, fid !== REMOTE_SFENCE_VMA);
    } else if (fid <= REMOTE_HFENCE_GVMA) {
      fenceGuest(target, start, size, space & VMID, fid === REMOTE_HFENCE_GVMA_VMID);
    } else {
      const hasAsid = fid === REMOTE_HFENCE_VVMA_ASID;
      fenceVirtual(target, start, size, vmidOf(hart), space & ASID, hasAsid);
    }
  }
  succeed(hart, 0);
}
