/** What of the core's ABI is for debuggers; the VM stands meanwhile. */
import { frameAddress } from '../frames/host';
import { readCsr } from '../hart/csr';
import { csrMissing } from '../hart/csr-value';
import { writeCsr } from '../hart/csr-write';
import { at, HART_STOPPED } from '../hart/hart';
import { PAGE_MASK } from '../layout';
import { PROBE } from '../mmu/entry';
import { isTranslated, setDataRegime } from '../mmu/regime';
import { walk, walkedAddress } from '../mmu/walk';
import { stepHart } from '../sched/run';
import { hartOf } from '../vm/vm';
import { clearBreakpoint, setBreakpoint } from './breakpoints';
import { lookAtWalk } from './look';
import { debugOf } from './record';
import { beginRecording, endRecording } from './walk-record';
import { clearWatchpoint, setWatchpoint } from './watchpoints';

const NOWHERE: u64 = u64.MAX_VALUE;
/** CSR numbers whose two highest bits are set are read-only (Privileged 2.1). */
const READ_ONLY: u32 = 3;

/** A hart about to execute what is at `address` ends the run with EXIT_DEBUG; 0 if there are too many. */
export function vmSetBreakpoint(vm: u32, address: u64): u32 {
  return setBreakpoint(frameAddress(vm), address) ? 1 : 0;
}

/** 0 if there was none. */
export function vmClearBreakpoint(vm: u32, address: u64): u32 {
  return clearBreakpoint(frameAddress(vm), address) ? 1 : 0;
}

/** `kinds`: 1 reads, 2 writes, 3 both. 0 if there are too many, or the range is none or too long. */
export function vmSetWatchpoint(vm: u32, address: u64, length: u64, kinds: u32): u32 {
  return setWatchpoint(frameAddress(vm), address, length, kinds) ? 1 : 0;
}

/** 0 if there was none such. */
export function vmClearWatchpoint(vm: u32, address: u64, length: u64, kinds: u32): u32 {
  return clearWatchpoint(frameAddress(vm), address, length, kinds) ? 1 : 0;
}

/** Of the last EXIT_DEBUG: 0 the hart, 1 what for (STOP_*), 2 pc of a breakpoint or the watched address. */
export function vmDebugStop(vm: u32, which: u32): u64 {
  const debug = debugOf(frameAddress(vm));
  if (which === 0) return debug.stopHart;
  return which === 1 ? debug.stopKind : debug.stopAddress;
}

/** Harts that stand still from now on, one bit each; the others run. */
export function vmHoldHarts(vm: u32, harts: u32): void {
  debugOf(frameAddress(vm)).held = harts;
}

/** One step of one hart (sched/run); returns an EXIT_*. */
export function vmStepHart(vm: u32, hart: u32, now: u64, rate: u64): u32 {
  return stepHart(frameAddress(vm), hart, now, rate);
}

/** Guest-physical address of `va` as the hart's loads translate it, all ones if they do not. Changes nothing. */
export function hartTranslate(vm: u32, hart: u32, va: u64): u64 {
  const address = hartOf(frameAddress(vm), hart);
  setDataRegime(address);
  if (!isTranslated(address)) return va;
  // What is written down is not counted.
  beginRecording();
  const found = walk(address, va, PROBE);
  endRecording();
  return found ? walkedAddress | (va & PAGE_MASK) : NOWHERE;
}

/**
 * Walks the tables for an access (0 read, 1 write, 2 fetch) to `va` in a regime (hart/regime; 255: as the
 * hart's own now), changing nothing: the outcome and each entry read are at TRANSFER
 * (debug/walk-record). How many entries there are.
 */
export function hartWalk(vm: u32, hart: u32, va: u64, access: u32, regime: u32): u32 {
  return lookAtWalk(hartOf(frameAddress(vm), hart), va, access, regime);
}

/** Writes a CSR as M-mode would; 0 if the hart lacks it or it is read-only. */
export function hartSetCsr(vm: u32, hart: u32, number: u32, value: u64): u32 {
  const address = hartOf(frameAddress(vm), hart);
  readCsr(address, number);
  if (csrMissing || number >> 10 === READ_ONLY) return 0;
  writeCsr(address, number, value);
  return 1;
}

/** What the hart is at: 0 executing, 1 stopped, 2 waiting for an interrupt. */
export function hartActivity(vm: u32, hart: u32): u32 {
  const address = hartOf(frameAddress(vm), hart);
  if (at(address).state === HART_STOPPED) return 1;
  return at(address).waiting ? 2 : 0;
}
