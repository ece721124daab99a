/** CSR values that are computed, and how a missing CSR is told. */
import { pair } from '../pair.js';
import { CYCLE_OFFSET, INSTRET_OFFSET, MSTATUS } from './csr-slot.js';
import type { Hart } from './hart.js';
import { FS, SD_HIGH } from './status.js';

/** Set by `readCsr`: there is no such register for this hart. */
export let csrMissing = false;

/** A search for a CSR begins. */
export function findCsr(): void {
  csrMissing = false;
}

/** The search ends: the hart lacks the register. */
export function noSuchCsr(): number {
  csrMissing = true;
  return pair(0, 0);
}

/** mstatus' high half with SD, the summary of FS (3.1.6.6). */
export function statusHigh(hart: Hart): number {
  const high = hart.csr[MSTATUS + 1];
  return (hart.csr[MSTATUS] & FS) === FS ? high | SD_HIGH : high;
}

/** Steps before the current instruction, whose own is spent already; the inner loop left `remaining` exact. */
export function stepsOf(hart: Hart): number {
  return hart.slice !== 0 ? hart.steps + (hart.slice - hart.remaining) - 1 : hart.steps;
}

/** A count plus the offset at `slot`. */
function counted(hart: Hart, count: number, slot: number): number {
  const offset = hart.csr[slot];
  const low = (offset + (count | 0)) | 0;
  const carry = low >>> 0 < offset >>> 0 ? 1 : 0;
  return pair(low, (hart.csr[slot + 1] + Math.floor(count / 0x1_0000_0000) + carry) | 0);
}

/** Makes the counter with its offset at `slot` read as given when `count` is one more than now (3.1.10). */
export function setCounted(
  hart: Hart,
  count: number,
  slot: number,
  low: number,
  high: number,
): void {
  const base = (count + 1) | 0;
  const borrow = low >>> 0 < base >>> 0 ? 1 : 0;
  hart.csr[slot] = low - base;
  hart.csr[slot + 1] = high - Math.floor((count + 1) / 0x1_0000_0000) - borrow;
}

export function cycleValue(hart: Hart): number {
  return counted(hart, stepsOf(hart), CYCLE_OFFSET);
}

/** Retired instructions: steps less those that trapped. */
export function instretValue(hart: Hart): number {
  return counted(hart, stepsOf(hart) - hart.unretired, INSTRET_OFFSET);
}
