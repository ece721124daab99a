import type { TranslationCounters } from '../core/translate/counters.js';
import type { MachineCounts } from './guest-machine.js';

/** Causes for which a target has not become a region. */
const REJECTED = ['refused', 'stale', 'failed', 'tableFull', 'bufferFull'] as const;

/**
 * How much of a VM was translated to WebAssembly, and what of its host that has taken: the latter is the sum over
 * all VMs that the host has had.
 */
export interface TranslationFigures {
  /** Times that a region of the VM was entered, by the interpreter or by another region. */
  readonly entries: number;
  /** Instructions that retired in regions. */
  readonly instructions: number;
  /** Of all that retired, 0 to 1. */
  readonly share: number;
  /** Null without entries. */
  readonly instructionsPerEntry: number | null;
  readonly regions: {
    /** Regions that there are now. */
    readonly live: number;
    /** Targets that were jumped to often. */
    readonly requested: number;
    /** Regions that became functions. */
    readonly compiled: number;
    readonly rejected: Readonly<Record<(typeof REJECTED)[number], number>>;
    /** Dropped since their code changed, or their page of decoded code was needed for another. */
    readonly evicted: number;
    /** Dropped together with all others. */
    readonly retired: number;
    /** Instructions of the guest in all regions that were written. */
    readonly instructions: number;
  };
  /** Modules that were compiled, and their bytes. */
  readonly modules: number;
  readonly bytes: number;
  /** Times that all regions were dropped, to be made anew. */
  readonly generations: number;
  /** Real seconds that compiling took of the guest's thread, and the longest of them without a break. */
  readonly compileSeconds: number;
  readonly longestCompileSeconds: number;
  /** Why nothing is translated though it was wanted. */
  readonly unavailable: string | null;
}

/** A host's counters, and those of one of its VMs; what `since` has already is taken off. */
export interface TranslationTime {
  readonly counts: Pick<MachineCounts, 'instructions' | 'harts'>;
  readonly translation: TranslationCounters;
}

export function translationFigures(
  now: TranslationTime,
  since?: TranslationTime,
): TranslationFigures {
  const own = (name: 'regionEntries' | 'regionSteps') =>
    now.counts.harts[name] - (since?.counts.harts[name] ?? 0);
  const all = (name: Exclude<keyof TranslationCounters, 'unavailable'>) =>
    now.translation[name] - (since?.translation[name] ?? 0);
  const entries = own('regionEntries');
  const instructions = own('regionSteps');
  const retired = Number(now.counts.instructions - (since?.counts.instructions ?? 0n));
  return {
    entries,
    instructions,
    share: retired === 0 ? 0 : instructions / retired,
    instructionsPerEntry: entries === 0 ? null : instructions / entries,
    regions: {
      live: now.translation.live,
      requested: all('requested'),
      compiled: all('installed'),
      rejected: Object.fromEntries(
        REJECTED.map((cause) => [cause, all(cause)]),
      ) as TranslationFigures['regions']['rejected'],
      evicted: all('evicted'),
      retired: all('retired'),
      instructions: all('instructions'),
    },
    modules: all('modules'),
    bytes: all('bytes'),
    generations: all('generations'),
    compileSeconds: all('milliseconds') / 1000,
    longestCompileSeconds: now.translation.longestMilliseconds / 1000,
    unavailable: now.translation.unavailable,
  };
}
