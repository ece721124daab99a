import { LayoutValue } from '../abi.js';
import { ExitReason } from '../exit-reason.js';
import { newLinkCounters, type TranslationCounters } from './counters.js';
import { TRANSLATOR_COUNTERS, type TranslatorCounter, TranslatorSetting } from './exports.js';
import type { Generation, WasmExports } from './generation.js';
import { hasTailCalls, type Linking, platformLinking } from './linking.js';
import type { ResolvedTranslation } from './translation.js';

/** A queue never gets so long: no run ends because of it. */
const NEVER = 0xffff_ffff;
/** So many modules that fail, none of which ever compiled, and it is not tried again. */
const HOPELESS = 8;
/** A generation that lasts less, in milliseconds, was full too soon: targets have to be hotter. */
const SHORT_LIFE = 10_000;
/** When the last modules of a generation are filled, requests wait for each other so many times longer. */
const MOST_PATIENCE = 16;
/** Times that the threshold is doubled at most. */
const MOST_DOUBLINGS = 4;

/** A module on its way through other threads. */
interface Flight {
  readonly regions: number;
  outcome: 'none' | 'linked' | 'failed';
  error?: unknown;
}

/**
 * Carries regions from the core, which writes them, to the function table, out of which it calls them.
 *
 * ```
 * guest runs ── requests wait ──▶ emit ──▶ link now ────────────────────▶ install ──▶ guest runs
 *                                  └─────▶ link later ── guest runs on ──▶ (next run) ┘
 * table full, or too many modules: forget all regions, a new table, a new core on the same memory
 * ```
 *
 * One module is under way at a time. Where one fails its regions are rejected, and all else goes on.
 */
export class Translator {
  readonly #options: ResolvedTranslation;
  readonly #linking: Linking;
  readonly #renew: () => Generation;
  readonly #counters = newLinkCounters();
  #generation: Generation;
  #began = performance.now();
  #doublings = 0;
  #flight: Flight | undefined;
  #unavailable: string | null = null;
  /** Modules of so many bytes and more are refused in this thread. */
  #refused: number;
  /** Whether long queues end runs. */
  #interrupts = true;
  /** Runs since the first request that waits. */
  #waited = 0;
  /** Milliseconds that compiling took of this run. */
  #spent = 0;

  /** @param renew makes the next generation, on the same memory, the one that is run from then on */
  constructor(options: ResolvedTranslation, first: Generation, renew: () => Generation) {
    this.#options = options;
    this.#linking = options.linking ?? platformLinking;
    this.#generation = first;
    this.#renew = renew;
    this.#refused = options.asynchronous ? 0 : Number.POSITIVE_INFINITY;
    const set = (which: number, value: number) => first.core.translatorSet(which, value);
    set(TranslatorSetting.Threshold, options.threshold);
    set(TranslatorSetting.Window, options.window);
    set(TranslatorSetting.Eager, options.eager ? 1 : 0);
    set(TranslatorSetting.TailCalls, (options.tailCalls ?? hasTailCalls()) ? 1 : 0);
    set(TranslatorSetting.RegionInstructions, options.regionInstructions);
    set(TranslatorSetting.BufferBytes, options.moduleBytes);
    set(TranslatorSetting.QueueLength, options.batch);
  }

  get #core(): WasmExports {
    return this.#generation.core;
  }

  /** As the core's own `vmRun`, but that nobody learns of ExitReason.Translate. */
  run(vm: number, budget: bigint, now: bigint, rate: bigint): number {
    this.#land();
    this.#spent = 0;
    this.#interrupt(this.#flight === undefined);
    let rest = BigInt.asUintN(64, budget);
    let time = now;
    for (;;) {
      const before = this.#core.vmSteps(vm);
      const reason = this.#core.vmRun(vm, rest, time, rate) >>> 0;
      const taken = BigInt.asUintN(64, this.#core.vmSteps(vm) - before);
      this.#serve(reason === ExitReason.Translate);
      if (reason !== ExitReason.Translate) return reason;
      if (taken >= rest) return ExitReason.Budget;
      rest -= taken;
      // A real clock goes on as it would have without the break.
      time += (taken * rate) >> 32n;
    }
  }

  /** Drops all regions, and the core with its table for fresh ones. */
  retire(): void {
    this.#core.translatorForget();
    if (this.#flight !== undefined) {
      // What is under way was forgotten, too: all of it is stale.
      this.#core.translatorInstall();
      this.#flight = undefined;
    }
    this.#counters.generations++;
    this.#generation = this.#renew();
    this.#began = performance.now();
  }

  counters(): TranslationCounters {
    const counts = {} as Record<TranslatorCounter, number>;
    TRANSLATOR_COUNTERS.forEach((name, which) => {
      counts[name] = Number(BigInt.asUintN(64, this.#core.translatorCounter(which)));
    });
    return { ...counts, ...this.#counters, unavailable: this.#unavailable };
  }

  /** Links what waits, if enough does or it has waited for long. */
  #serve(full: boolean): void {
    if (this.#unavailable !== null || this.#core.translatorQueued() === 0) return;
    if (!full && ++this.#waited < this.#patience) return;
    if (this.#flight === undefined && this.#spent <= this.#options.pause) this.#link();
    if (this.#flight !== undefined || this.#spent > this.#options.pause) this.#interrupt(false);
  }

  get #patience(): number {
    const { patience, modules } = this.#options;
    return patience * (1 + (MOST_PATIENCE * this.#generation.modules) / modules);
  }

  #interrupt(wanted: boolean): void {
    if (wanted === this.#interrupts) return;
    this.#interrupts = wanted;
    const length = wanted ? this.#options.batch : NEVER;
    this.#core.translatorSet(TranslatorSetting.QueueLength, length);
  }

  #link(): void {
    const began = performance.now();
    if (this.#isFull()) {
      this.#adapt();
      this.retire();
    }
    this.#waited = 0;
    this.#linkBatch();
    const took = performance.now() - began;
    this.#spent += took;
    this.#counters.milliseconds += took;
    const { longestMilliseconds } = this.#counters;
    this.#counters.longestMilliseconds = Math.max(longestMilliseconds, took);
  }

  #isFull(): boolean {
    const { modules, regions, batch } = this.#options;
    const generation = this.#generation;
    if (generation.modules >= modules || generation.next > regions) return true;
    return !generation.reserve(batch);
  }

  /** A generation is full. If that was soon, targets must be hotter from now on. */
  #adapt(): void {
    const short = performance.now() - this.#began < SHORT_LIFE;
    this.#doublings = Math.max(0, Math.min(MOST_DOUBLINGS, this.#doublings + (short ? 1 : -1)));
    const threshold = Math.min(0xffff, this.#options.threshold << this.#doublings);
    this.#core.translatorSet(TranslatorSetting.Threshold, threshold);
  }

  #linkBatch(): void {
    const began = performance.now();
    const generation = this.#generation;
    const { core, imports } = generation;
    const size = core.translatorEmit(generation.next, this.#options.batch) >>> 0;
    this.#counters.emitMilliseconds += performance.now() - began;
    if (size === 0) return;
    const regions = core.translatorEmitted() >>> 0;
    const { buffer } = imports.env.memory;
    const bytes = new Uint8Array(buffer, core.layoutValue(LayoutValue.CodeBuffer) >>> 0, size);
    if (size < this.#refused && this.#linkNow(bytes, regions)) return;
    this.#fly(bytes.slice(), regions);
  }

  /** Links in this thread; false if the platform refuses to. */
  #linkNow(bytes: Uint8Array<ArrayBuffer>, regions: number): boolean {
    try {
      this.#linking.now(bytes, this.#generation.imports);
      this.#settle('linked', regions);
    } catch (error) {
      if (error instanceof RangeError) {
        // Browsers compile only little at once in a page's own thread.
        this.#refused = bytes.length;
        return false;
      }
      this.#settle('failed', regions, error);
    }
    return true;
  }

  #fly(bytes: Uint8Array<ArrayBuffer>, regions: number): void {
    const flight: Flight = { regions, outcome: 'none' };
    this.#flight = flight;
    this.#linking.later(bytes, this.#generation.imports).then(
      () => {
        flight.outcome = 'linked';
      },
      (error) => {
        flight.outcome = 'failed';
        flight.error = error;
      },
    );
  }

  /** Receives what was under way, if it has arrived. */
  #land(): void {
    const flight = this.#flight;
    if (flight === undefined || flight.outcome === 'none') return;
    this.#flight = undefined;
    if (flight.outcome === 'linked') this.#counters.asynchronous++;
    this.#settle(flight.outcome, flight.regions, flight.error);
  }

  #settle(outcome: 'linked' | 'failed', regions: number, error?: unknown): void {
    if (outcome === 'linked') {
      this.#generation.add(regions);
      this.#counters.modules++;
      this.#core.translatorInstall();
      return;
    }
    this.#counters.failures++;
    this.#core.translatorReject();
    if (this.#counters.modules > 0 || this.#counters.failures < HOPELESS) return;
    this.#unavailable = `none of the first ${HOPELESS} modules compiled: ${error}`;
    this.#core.translatorSet(TranslatorSetting.Threshold, 0);
    this.#core.translatorForget();
  }
}
