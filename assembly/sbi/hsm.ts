/**
 * Hart state management (SBI 9). Calls take effect at once, so of its states there are three:
 *
 * ```
 * STOPPED --hart_start--> STARTED --hart_stop--> STOPPED
 *                         STARTED --hart_suspend--> SUSPENDED --interrupt--> STARTED
 * ```
 * A suspended hart is one that waits as after WFI; it counts as started once it no longer waits.
 */
import { Ext } from '../generated/ops';
import { at, HART_STARTED, HART_STOPPED, HART_SUSPENDED } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { startSupervisor } from '../hart/reset';
import { RAM_BASE } from '../layout';
import { updateTimers } from '../vm/clock';
import { hartOf, vmAt } from '../vm/vm';
import {
  fail,
  SBI_ERR_ALREADY_AVAILABLE,
  SBI_ERR_INVALID_ADDRESS,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  succeed,
} from './reply';

const HART_START: u64 = 0;
const HART_STOP: u64 = 1;
const HART_GET_STATUS: u64 = 2;
const HART_SUSPEND: u64 = 3;

/** Suspend types, 32 bits wide (SBI 9.4); the platform has none of its own. */
const DEFAULT_RETENTIVE: u32 = 0;
const DEFAULT_NON_RETENTIVE: u32 = 0x8000_0000;

/** A hart of the VM by the number that a guest gave; 0 if the VM lacks it. */
function hartNamed(vm: usize, id: u64): usize {
  return id < vmAt(vm).harts ? hartOf(vm, <u32>id) : 0;
}

/** Whether a hart can fetch its first instruction there. */
function isStartAddress(vm: usize, address: u64): bool {
  const alignment: u64 = vmAt(vm).extensions & Ext.C ? 1 : 3;
  return (address & alignment) === 0 && address - RAM_BASE < vmAt(vm).ramSize;
}

function start(hart: usize): void {
  const caller = at(hart);
  const vm = <usize>caller.vm;
  const target = hartNamed(vm, caller.x10);
  if (target === 0) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  if (!isStartAddress(vm, caller.x11)) {
    fail(hart, SBI_ERR_INVALID_ADDRESS);
    return;
  }
  if (at(target).state !== HART_STOPPED) {
    fail(hart, SBI_ERR_ALREADY_AVAILABLE);
    return;
  }
  startSupervisor(target, caller.x11, caller.x10, caller.x12);
  succeed(hart, 0);
}

/** Never returns to the caller. */
function stop(hart: usize): void {
  at(hart).state = HART_STOPPED;
  requestStop(hart);
}

function status(hart: usize): void {
  const target = hartNamed(at(hart).vm, at(hart).x10);
  if (target === 0) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  const awake = at(target).state === HART_SUSPENDED && at(target).waiting === 0;
  succeed(hart, awake ? HART_STARTED : at(target).state);
}

/** Starts the caller anew, but for what is to wake it. */
function prepareResume(hart: usize): void {
  const state = at(hart);
  const mie = state.mie;
  const mip = state.mip;
  const stimecmp = state.stimecmp;
  startSupervisor(hart, state.x11, state.index, state.x12);
  state.mie = mie;
  state.mip = mip;
  state.stimecmp = stimecmp;
  updateTimers(hart);
}

/**
 * Retentive: returns after the wake-up, as from WFI. Non-retentive: registers are set for the
 * resume address now, since nobody can see them before the wake-up.
 */
function suspend(hart: usize): void {
  const caller = at(hart);
  const kind = <u32>caller.x10;
  if (kind === DEFAULT_RETENTIVE) {
    succeed(hart, 0);
  } else if (kind === DEFAULT_NON_RETENTIVE) {
    if (!isStartAddress(caller.vm, caller.x11)) {
      fail(hart, SBI_ERR_INVALID_ADDRESS);
      return;
    }
    prepareResume(hart);
  } else {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  caller.state = HART_SUSPENDED;
  caller.waiting = 1;
  requestStop(hart);
}

export function hsmCall(hart: usize, fid: u64): void {
  if (fid === HART_START) start(hart);
  else if (fid === HART_STOP) stop(hart);
  else if (fid === HART_GET_STATUS) status(hart);
  else if (fid === HART_SUSPEND) suspend(hart);
  else fail(hart, SBI_ERR_NOT_SUPPORTED);
}
