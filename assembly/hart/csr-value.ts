/** CSR values that are computed, and how a missing CSR is told. */
import { Ext } from '../generated/ops';
import { at } from './hart';
import { FS, SD } from './status';

/** Set by `readCsr`: there is no such register for this hart. */
export let csrMissing: bool = false;

/** mstatus with SD, the summary of FS (3.1.6.6). */
export function statusValue(hart: usize): u64 {
  const status = at(hart).mstatus;
  return (status & FS) === FS ? status | SD : status;
}

/** Steps before the current instruction, whose own is spent already; the inner loop left `remaining` exact. */
function stepsOf(hart: usize): u64 {
  const state = at(hart);
  return state.slice ? state.steps + <u64>(state.slice - state.remaining) - 1 : state.steps;
}

export function cycleValue(hart: usize): u64 {
  return stepsOf(hart) + at(hart).cycleOffset;
}

/** Retired instructions: steps less those that trapped (law 7). */
export function instretValue(hart: usize): u64 {
  return stepsOf(hart) - at(hart).unretired + at(hart).instretOffset;
}

/** A search for a CSR begins. */
export function findCsr(): void {
  csrMissing = false;
}

/** The search ends: the hart lacks the register. */
export function noSuchCsr(): u64 {
  csrMissing = true;
  return 0;
}

/** Without C, bit 1 of epc reads as zero (3.1.14). */
export function pcMask(hart: usize): u64 {
  return at(hart).extensions & Ext.C ? ~1 : ~3;
}
