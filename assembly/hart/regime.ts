/**
 * Counters by regime: what a hart did in each privilege mode, those of a guest of its own apart
 * (Privileged 15.1).
 */
import { at, MACHINE, REGIMES_OFFSET, SUPERVISOR, USER } from './hart';

/** Regimes as the ABI numbers them. */
export const REGIME_MACHINE: u32 = 0;
/** S-mode, or HS-mode of a hart with H. */
export const REGIME_SUPERVISOR: u32 = 1;
export const REGIME_USER: u32 = 2;
export const REGIME_VIRTUAL_SUPERVISOR: u32 = 3;
export const REGIME_VIRTUAL_USER: u32 = 4;
export const REGIMES: u32 = 5;

/** Counters of a regime. A miss counts for the privilege that the access has (MPRV, HLV). */
export const REGIME_STEPS: u32 = 0;
export const REGIME_MISS_READ: u32 = 1;
export const REGIME_MISS_WRITE: u32 = 2;
export const REGIME_MISS_FETCH: u32 = 3;
/** Exceptions and interrupts taken from it. */
export const REGIME_TRAPS: u32 = 4;
/** Runs of the VM that ended while the hart was in it. */
export const REGIME_EXITS: u32 = 5;
export const REGIME_COUNTERS: u32 = 6;
/** Regimes have room for eight. */
const COUNTERS_SHIFT: u32 = 3;
/** Words of all counters: three bits name a regime within a hart. */
export const REGIME_WORDS: u32 = 8 << COUNTERS_SHIFT;
const V_SHIFT: u32 = 2;

/** A regime within a hart: privilege, and V beside it. Every trap asks, so that nothing is looked up or compared. */
export function regimeFor(privilege: u32, virtualized: bool): u32 {
  return privilege | ((<u32>virtualized) << V_SHIFT);
}

export function regimeOf(hart: usize): u32 {
  return at(hart).privilege | (at(hart).virtualized << V_SHIFT);
}

/** Offsets of a regime's counters. */
const STEPS: usize = (<usize>REGIME_STEPS) << 3;
const TRAPS: usize = (<usize>REGIME_TRAPS) << 3;

function place(hart: usize, regime: u32, which: u32): usize {
  return hart + ((<usize>((regime << COUNTERS_SHIFT) + which)) << 3);
}

/** The regime of this number in the ABI. */
function numbered(number: u32): u32 {
  switch (number) {
    case REGIME_MACHINE:
      return MACHINE;
    case REGIME_SUPERVISOR:
      return SUPERVISOR;
    case REGIME_USER:
      return USER;
    case REGIME_VIRTUAL_SUPERVISOR:
      return regimeFor(SUPERVISOR, true);
    default:
      return regimeFor(USER, true);
  }
}

/** A counter, by the ABI's number of the regime. */
export function regimeCounter(hart: usize, number: u32, which: u32): u64 {
  return load<u64>(place(hart, numbered(number), which), REGIMES_OFFSET);
}

export function countInRegime(hart: usize, regime: u32, which: u32, more: u64): void {
  const at64 = place(hart, regime, which);
  store<u64>(at64, load<u64>(at64, REGIMES_OFFSET) + more, REGIMES_OFFSET);
}

/** Books the steps since the last call; before privilege or V change, and when a slice ends. */
export function bookSteps(hart: usize): void {
  const state = at(hart);
  const now = state.steps + <u64>(state.slice - state.remaining);
  countInRegime(hart, regimeOf(hart), REGIME_STEPS, now - state.regimeBegan);
  state.regimeBegan = now;
}

/** The same before a trap is taken, which is counted, too; by itself, since traps are frequent. */
export function bookTrap(hart: usize): void {
  const state = at(hart);
  const now = state.steps + <u64>(state.slice - state.remaining);
  const counters = place(hart, regimeOf(hart), 0) + REGIMES_OFFSET;
  store<u64>(counters, load<u64>(counters, STEPS) + now - state.regimeBegan, STEPS);
  store<u64>(counters, load<u64>(counters, TRAPS) + 1, TRAPS);
  state.regimeBegan = now;
}
