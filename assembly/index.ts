/**
 * The core's ABI, and nothing else. VMs are named by the frame number of their block, frames by their
 * number: no address crosses as a signed 32-bit value. 64-bit values are BigInt in JavaScript.
 */

import { setPasses } from './debug/record';
import { updateAlarm } from './dev/rtc';
import { uartGive as give, uartTake as take } from './dev/uart-host';
import { setGeneration } from './dev/vmgenid';
import { frameAddress, host, initializeHost, skipFrames } from './frames/host';
import { Ext } from './generated/ops';
import { readCsr } from './hart/csr';
import { pcMask } from './hart/csr-value';
import { refreshFloat } from './hart/float-status';
import { at, HART_FRAMES, Hart, MACHINE } from './hart/hart';
import { REGIME_COUNTERS, REGIMES, regimeCounter } from './hart/regime';
import { startMachine, startSupervisor } from './hart/reset';
import {
  CODE_BUFFER,
  CODE_BUFFER_SIZE,
  CODE_PAGE_SIZE,
  CODE_PAGES,
  FIRST_FRAME,
  MAX_HARTS,
  PAGE_SHIFT,
  TRANSFER,
  TRANSFER_SIZE,
} from './layout';
import { selectContexts } from './mmu/context';
import { dropAddresses, dropAllWriteAddresses } from './mmu/drop';
import { runVm } from './sched/run';
import { attachDevice, failDevice, setConfig, takeDoorbells, takeEvents } from './virtio/back-end';
import { completeRequest, readRequest, takeRequest, writeRequest } from './virtio/request';
import { nextDeadline, skipTo, vmTime as timeOf } from './vm/clock';
import { createVm, destroyVm } from './vm/lifecycle';
import { EXIT_COUNT_OFFSET, EXIT_REASONS, hartOf, VM_FRAMES, vmAt } from './vm/vm';

export * from './debug/abi';
export * from './frames/abi';
export * from './jit/abi';
export * from './state/abi';

/** Prepares a fresh memory; `frameLimit` bounds guest memory and control blocks together. */
export function hostInitialize(frameLimit: u32): void {
  initializeHost(frameLimit);
}

export function hostFramesUsed(): u32 {
  return host().used;
}

export function hostFrameLimit(): u32 {
  return host().limit;
}

/** Leaves out frames never handed out, so that what follows stands higher in memory; how many. */
export function hostSkipFrames(count: u32): u32 {
  return skipFrames(count);
}

/** What the host layer must know of the layout. */
export function layoutValue(which: u32): u32 {
  switch (which) {
    case 0:
      return <u32>TRANSFER;
    case 1:
      return TRANSFER_SIZE;
    case 2:
      return FIRST_FRAME;
    case 3:
      return VM_FRAMES;
    case 4:
      return HART_FRAMES;
    case 5:
      return MAX_HARTS;
    case 6:
      return CODE_PAGES * CODE_PAGE_SIZE;
    case 7:
      return <u32>CODE_BUFFER;
    case 8:
      return CODE_BUFFER_SIZE;
    default:
      return 0;
  }
}

/** Handle of a new VM with stopped harts, or 0 when frames are short. */
export function vmCreate(ramBytes: u64, harts: u32, extensions: u64, flags: u32): u32 {
  return <u32>(createVm(ramBytes, harts, extensions, flags) >> PAGE_SHIFT);
}

export function vmDestroy(vm: u32): void {
  destroyVm(frameAddress(vm));
}

function hartIn(vm: u32, hart: u32): usize {
  return hartOf(frameAddress(vm), hart);
}

/** Starts a hart at `pc`: in M-mode from reset, or in S-mode as firmware would leave it. */
export function hartStart(vm: u32, hart: u32, pc: u64, a0: u64, a1: u64, mode: u32): void {
  if (mode === MACHINE) startMachine(hartIn(vm, hart), pc, a0, a1);
  else startSupervisor(hartIn(vm, hart), pc, a0, a1);
}

export function vmClock(vm: u32, kind: u32, now: u64, rtcOriginNs: u64): void {
  const state = vmAt(frameAddress(vm));
  state.clock = kind;
  state.timeOrigin = now;
  state.stepsOrigin = state.steps;
  state.timeSeen = now;
  state.rtcOrigin = rtcOriginNs;
}

/** Runs at most `budget` steps; returns an EXIT_*. */
export function vmRun(vm: u32, budget: u64, now: u64, rate: u64): u32 {
  return runVm(frameAddress(vm), budget, now, rate);
}

export function vmExitCode(vm: u32): u32 {
  return vmAt(frameAddress(vm)).exitCode;
}

export function vmSteps(vm: u32): u64 {
  return vmAt(frameAddress(vm)).steps;
}

/** Instructions retired by all harts. */
export function vmInstructions(vm: u32): u64 {
  const state = vmAt(frameAddress(vm));
  let retired = state.steps;
  for (let index: u32 = 0; index < state.harts; ++index) {
    retired -= at(hartIn(vm, index)).unretired;
  }
  return retired;
}

export function vmTime(vm: u32): u64 {
  return timeOf(frameAddress(vm));
}

/** The time of the earliest timer that is set, all ones if none. */
export function vmDeadline(vm: u32): u64 {
  return nextDeadline(frameAddress(vm));
}

/** Virtual clock, idle VM: moves time forward. */
export function vmSkipTo(vm: u32, time: u64): void {
  skipTo(frameAddress(vm), time);
  updateAlarm(frameAddress(vm));
}

/** The VM generation ID, bytes 0 to 7 and 8 to 15; a guest that has begun is told by its interrupt. */
export function vmSetGeneration(vm: u32, low: u64, high: u64): void {
  setGeneration(frameAddress(vm), low, high);
}

/** HTIF: from now on a store to the eight bytes at `gpa` ends the run. */
export function vmWatchToHost(vm: u32, gpa: u64): void {
  const address = frameAddress(vm);
  vmAt(address).tohost = gpa;
  dropAllWriteAddresses(address);
}

/** The hypervisor may drop the address half of any page's TLB entries at any time (law 4). */
export function vmDropAddresses(vm: u32, page: u32): void {
  dropAddresses(frameAddress(vm), page);
}

export function uartTake(vm: u32): u32 {
  return take(frameAddress(vm));
}

export function uartGive(vm: u32, count: u32): u32 {
  return give(frameAddress(vm), count);
}

/** Puts a device into a virtio slot; sizes and configuration space are at TRANSFER (virtio/back-end). */
export function virtioAttach(
  vm: u32,
  slot: u32,
  type: u32,
  features: u64,
  queues: u32,
  configSize: u32,
): u32 {
  return attachDevice(frameAddress(vm), slot, type, features, queues, configSize) ? 1 : 0;
}

/** Slots that want their back ends, a bit each, since the last call. */
export function virtioDoorbells(vm: u32): u32 {
  return takeDoorbells(frameAddress(vm));
}

/** Puts what a slot has for its back end at TRANSFER. */
export function virtioEvents(vm: u32, slot: u32): void {
  takeEvents(frameAddress(vm), slot);
}

/** Takes a queue's next request; its figures are at TRANSFER (virtio/request). */
export function virtioTake(vm: u32, slot: u32, queue: u32): u32 {
  return takeRequest(frameAddress(vm), slot, queue);
}

/** Copies readable bytes of a request to TRANSFER; how many. */
export function virtioRead(vm: u32, request: u32, serial: u32, offset: u32, count: u32): u32 {
  return readRequest(frameAddress(vm), request, serial, offset, count);
}

/** Copies bytes at TRANSFER to a request's writable part; how many. */
export function virtioWrite(vm: u32, request: u32, serial: u32, offset: u32, count: u32): u32 {
  return writeRequest(frameAddress(vm), request, serial, offset, count);
}

/** Gives a request back to its driver; 0 if it was void. */
export function virtioComplete(vm: u32, request: u32, serial: u32, written: u32): u32 {
  return completeRequest(frameAddress(vm), request, serial, written) ? 1 : 0;
}

export function virtioSetConfig(vm: u32, slot: u32, offset: u32, count: u32): u32 {
  return setConfig(frameAddress(vm), slot, offset, count) ? 1 : 0;
}

/** The back end failed: the device stands still until its driver resets it. */
export function virtioFail(vm: u32, slot: u32): void {
  failDevice(frameAddress(vm), slot);
}

/** Registers by number: 0…31 x, 32…63 f, 64 pc, 65 privilege, 66 fcsr, 67 V. */
export function hartRegister(vm: u32, hart: u32, number: u32): u64 {
  const address = hartIn(vm, hart);
  if (number < 64) return load<u64>(address + ((<usize>number) << 3));
  if (number === 64) return at(address).pc;
  if (number === 65) return at(address).privilege;
  return number === 66 ? at(address).fcsr : at(address).virtualized;
}

export function hartSetRegister(vm: u32, hart: u32, number: u32, value: u64): void {
  const address = hartIn(vm, hart);
  if (number > 0 && number < 64) store<u64>(address + ((<usize>number) << 3), value);
  else if (number === 64) {
    at(address).pc = value & pcMask(address);
    setPasses(frameAddress(vm), hart, 0);
  }
  if (number === 65) at(address).privilege = <u32>value;
  else if (number === 66) at(address).fcsr = <u32>value & 0xff;
  else if (number === 67 && at(address).extensions & Ext.H)
    at(address).virtualized = <u32>value & 1;
  refreshFloat(address);
  selectContexts(address);
}

/** A CSR's value as M-mode would read it; 0 for one that the hart lacks. */
export function hartCsr(vm: u32, hart: u32, number: u32): u64 {
  return readCsr(hartIn(vm, hart), number);
}

const COUNTERS: usize = offsetof<Hart>('missRead');

/**
 * Counters: 0 steps, 1 unretired, 2…9 TLB misses by cause, 10 exceptions, 11 interrupts, 12 slow steps,
 * 13…19 exits of a guest of the hart by cause, 20 and 21 entries read of page tables (hart/hart).
 */
export function hartCounter(vm: u32, hart: u32, which: u32): u64 {
  const address = hartIn(vm, hart);
  if (which === 0) return at(address).steps;
  if (which === 1) return at(address).unretired;
  return which < 24 ? load<u64>(address + ((<usize>(which - 2)) << 3), COUNTERS) : 0;
}

/** What the hart did in a regime (hart/regime); 0 for a regime or counter that is none. */
export function hartRegimeCounter(vm: u32, hart: u32, regime: u32, which: u32): u64 {
  if (regime >= REGIMES || which >= REGIME_COUNTERS) return 0;
  return regimeCounter(hartIn(vm, hart), regime, which);
}

/** How often `vmRun` returned `reason`. */
export function vmExits(vm: u32, reason: u32): u64 {
  if (reason >= EXIT_REASONS) return 0;
  return load<u64>(frameAddress(vm) + ((<usize>reason) << 3), EXIT_COUNT_OFFSET);
}
