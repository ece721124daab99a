import type { TranslatorCounter } from './exports.js';

/** What the host layer counts of translation. */
export interface LinkCounters {
  /** Modules that were linked, all told, and how many of them in other threads. */
  modules: number;
  asynchronous: number;
  /** Modules that did not compile. */
  failures: number;
  /** Times that all modules were dropped. */
  generations: number;
  /** What compiling has taken from the guest's thread, all told and longest without a break; of it, by the core. */
  milliseconds: number;
  longestMilliseconds: number;
  emitMilliseconds: number;
}

/** How translation fares, of a whole host. */
export interface TranslationCounters
  extends Readonly<LinkCounters>,
    Readonly<Record<TranslatorCounter, number>> {
  /** Why nothing is translated though it was wanted; null if all is well. */
  readonly unavailable: string | null;
}

export const newLinkCounters = (): LinkCounters => ({
  modules: 0,
  asynchronous: 0,
  failures: 0,
  generations: 0,
  milliseconds: 0,
  longestMilliseconds: 0,
  emitMilliseconds: 0,
});
