import { REGIMES, type Regime } from '../core/abi.js';
import type { MachineCounts, RegimeCounts } from './guest-machine.js';

/** What harts did in one regime: a mode, or a mode of a guest of theirs. */
export interface RegimeFigures {
  /** Instructions retired, traps and interrupts taken. */
  readonly steps: number;
  /** A miss counts for the privilege that the access has (MPRV, HLV and HSV). */
  readonly tlbMisses: Readonly<Record<'read' | 'write' | 'fetch', number>>;
  /** Exceptions and interrupts taken from it. */
  readonly traps: number;
  /** Returns of the core while the hart that ran last was in it. */
  readonly exits: number;
}

/** Why guests of the guest came back to it, or to M-mode: the traps that leave VS- and VU-mode, by cause. */
export interface GuestExits {
  readonly ecalls: number;
  /** Guest-page faults. */
  readonly fetchFaults: number;
  readonly loadFaults: number;
  readonly storeFaults: number;
  /** Virtual-instruction exceptions. */
  readonly instructions: number;
  readonly interrupts: number;
  readonly others: number;
}

export function regimeFigures(regimes: RegimeCounts): Record<Regime, RegimeFigures> {
  const figures = {} as Record<Regime, RegimeFigures>;
  for (const regime of REGIMES) {
    const { steps, missRead, missWrite, missFetch, traps, exits } = regimes[regime];
    const tlbMisses = { read: missRead, write: missWrite, fetch: missFetch };
    figures[regime] = { steps, tlbMisses, traps, exits };
  }
  return figures;
}

export function guestExits(harts: MachineCounts['harts']): GuestExits {
  return {
    ecalls: harts.guestEcalls,
    fetchFaults: harts.guestFetchFaults,
    loadFaults: harts.guestLoadFaults,
    storeFaults: harts.guestStoreFaults,
    instructions: harts.guestInstructions,
    interrupts: harts.guestInterrupts,
    others: harts.guestOthers,
  };
}
