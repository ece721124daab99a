/** Counters by regime: what a hart did in each privilege mode (assembly/hart/regime.ts). */
import { type Hart, REGIME_COUNTERS, SUPERVISOR, USER } from './hart.js';

/** Regimes of harts without H, by their numbers in the ABI; two more are with it. */
const REGIME_MACHINE = 0;
const REGIME_SUPERVISOR = 1;
const REGIME_USER = 2;

/** Counters of a regime, by their numbers in the ABI; misses of reads, writes and fetches follow each other. */
const REGIME_STEPS = 0;
export const REGIME_MISS_READ = 1;
const REGIME_TRAPS = 4;
export const REGIME_EXITS = 5;

function regimeOf(privilege: number): number {
  if (privilege === USER) return REGIME_USER;
  return privilege === SUPERVISOR ? REGIME_SUPERVISOR : REGIME_MACHINE;
}

/** Counts one of `which` in the regime of a privilege, which may be another than the hart's own (MPRV). */
export function countInRegime(hart: Hart, privilege: number, which: number): void {
  hart.regimes[regimeOf(privilege) * REGIME_COUNTERS + which] += 1;
}

/** Books the steps since the last call; before the privilege changes, and when a slice ends. */
export function bookSteps(hart: Hart): void {
  const now = hart.steps + (hart.slice - hart.remaining);
  hart.regimes[regimeOf(hart.privilege) * REGIME_COUNTERS + REGIME_STEPS] += now - hart.regimeBegan;
  hart.regimeBegan = now;
}

/** The same before a trap is taken, which is counted, too. */
export function bookTrap(hart: Hart): void {
  bookSteps(hart);
  countInRegime(hart, hart.privilege, REGIME_TRAPS);
}
