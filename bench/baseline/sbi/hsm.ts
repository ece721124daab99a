/**
 * Hart state management (SBI 9). Calls take effect at once, so of its states there are three:
 *
 * ```
 * STOPPED --hart_start--> STARTED --hart_stop--> STOPPED
 *                         STARTED --hart_suspend--> SUSPENDED --interrupt--> STARTED
 * ```
 * A suspended hart is one that waits as after WFI; it counts as started once it no longer waits.
 */
import { STIMECMP } from '../hart/csr-slot.js';
import { HART_STARTED, HART_STOPPED, HART_SUSPENDED, type Hart } from '../hart/hart.js';
import { requestStop } from '../hart/interrupts.js';
import { startSupervisor } from '../hart/reset.js';
import { RAM_BASE } from '../layout.js';
import { bigOf } from '../pair.js';
import { updateTimers } from '../vm/clock.js';
import {
  A0,
  A1,
  A2,
  argument,
  fail,
  SBI_ERR_ALREADY_AVAILABLE,
  SBI_ERR_INVALID_ADDRESS,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  succeed,
} from './call.js';

const HART_START = 0;
const HART_STOP = 1;
const HART_GET_STATUS = 2;
const HART_SUSPEND = 3;

/** Suspend types, 32 bits wide (SBI 9.4); the platform has none of its own. */
const DEFAULT_RETENTIVE = 0;
const DEFAULT_NON_RETENTIVE = 0x8000_0000 | 0;

/** The hart of the VM that a0 names, if there is one. */
function hartNamed(hart: Hart): Hart | undefined {
  return hart.vm.harts[argument(hart, A0)];
}

/** Whether a hart can fetch its first instruction at the address in a1. */
function isStartAddress(hart: Hart): boolean {
  const alignment = hart.model.compressed ? 1 : 3;
  const address = argument(hart, A1);
  const inRam = address >= RAM_BASE && address - RAM_BASE < hart.vm.ramSize;
  return (hart.x[A1] & alignment) === 0 && inRam;
}

function registerBits(hart: Hart, register: number): bigint {
  return bigOf(hart.x[register], hart.x[register + 1]);
}

function start(hart: Hart): void {
  const target = hartNamed(hart);
  if (target === undefined) {
    fail(hart, SBI_ERR_INVALID_PARAM);
  } else if (!isStartAddress(hart)) {
    fail(hart, SBI_ERR_INVALID_ADDRESS);
  } else if (target.state !== HART_STOPPED) {
    fail(hart, SBI_ERR_ALREADY_AVAILABLE);
  } else {
    startSupervisor(target, registerBits(hart, A1), BigInt(target.index), registerBits(hart, A2));
    succeed(hart, 0);
  }
}

/** Never returns to the caller. */
function stop(hart: Hart): void {
  hart.state = HART_STOPPED;
  requestStop(hart);
}

function status(hart: Hart): void {
  const target = hartNamed(hart);
  if (target === undefined) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  }
  const isAwake = target.state === HART_SUSPENDED && target.waiting === 0;
  succeed(hart, isAwake ? HART_STARTED : target.state);
}

/** Starts the caller anew, but for what is to wake it. */
function prepareResume(hart: Hart): void {
  const { mie, mip } = hart;
  const low = hart.csr[STIMECMP];
  const high = hart.csr[STIMECMP + 1];
  startSupervisor(hart, registerBits(hart, A1), BigInt(hart.index), registerBits(hart, A2));
  hart.mie = mie;
  hart.mip = mip;
  hart.csr[STIMECMP] = low;
  hart.csr[STIMECMP + 1] = high;
  updateTimers(hart);
}

/**
 * Retentive: returns after the wake-up, as from WFI. Non-retentive: registers are set for the
 * resume address now, since nobody can see them before the wake-up.
 */
function suspend(hart: Hart): void {
  const kind = hart.x[A0];
  if (kind === DEFAULT_RETENTIVE) {
    succeed(hart, 0);
  } else if (kind !== DEFAULT_NON_RETENTIVE) {
    fail(hart, SBI_ERR_INVALID_PARAM);
    return;
  } else if (!isStartAddress(hart)) {
    fail(hart, SBI_ERR_INVALID_ADDRESS);
    return;
  } else {
    prepareResume(hart);
  }
  hart.state = HART_SUSPENDED;
  hart.waiting = 1;
  requestStop(hart);
}

export function hsmCall(hart: Hart, fid: number): void {
  if (fid === HART_START) start(hart);
  else if (fid === HART_STOP) stop(hart);
  else if (fid === HART_GET_STATUS) status(hart);
  else if (fid === HART_SUSPEND) suspend(hart);
  else fail(hart, SBI_ERR_NOT_SUPPORTED);
}
