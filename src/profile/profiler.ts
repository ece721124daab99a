import { REGIMES, type Regime } from '../core/abi.js';
import { ConfigurationError } from '../core/errors.js';
import { ExitReason } from '../core/exit-reason.js';
import type { TranslationCounters } from '../core/translate/counters.js';
import type { MachineCounts } from '../vm/guest-machine.js';
import type { RunObserver, RunPhase, RunSteps } from '../vm/run-observer.js';
import { type TranslationFigures, translationFigures } from '../vm/translation-figures.js';
import type { Vm } from '../vm/vm.js';
import { DeviceTimes } from './device-times.js';
import { LinuxGuest } from './linux/guest.js';
import { makeProfile } from './make-profile.js';
import { PhaseClock } from './phase-clock.js';
import type { Profile } from './profile.js';
import { SampleSchedule } from './sample-schedule.js';
import { Sampler } from './sampler.js';
import type { Symbols } from './symbol-file.js';
import { Tally } from './tally.js';

export interface ProfileOptions {
  /** Steps from one sample to the next, on the average: 100 to 10^9. Default 50,000. */
  readonly interval?: number;
  /** Where the choice of the sampled steps begins, a whole number; default 1. */
  readonly seed?: number;
  /** Names of the guest's code, from `parseSymbols`; without them those that the guest has of itself. */
  readonly symbols?: Symbols;
}

const INTERVAL = 50_000;
const LEAST_INTERVAL = 100;
const MOST_INTERVAL = 1e9;

/**
 * Takes samples of a VM's steps, and the time of what its run loop does. It cuts the calls into the core
 * before and after each step that it samples, which no guest can notice: a VM under a virtual clock does
 * the same with a profiler and without.
 */
export class Profiler {
  readonly #vm: Vm;
  readonly #options: ProfileOptions;
  readonly #interval: number;
  readonly #began: MachineCounts;
  readonly #translationBegan: TranslationCounters | undefined;
  readonly #tally: Tally;
  readonly #schedule: SampleSchedule;
  readonly #sampler: Sampler;
  readonly #linux: LinuxGuest;
  readonly #clock = new PhaseClock();
  readonly #devices = new DeviceTimes();
  readonly #observer: RunObserver = {
    run: (budget, run) => this.#run(budget, run),
    enter: (phase) => this.#clock.enter(phase),
  };
  /** Returns of the core with its budget spent, where the run loop had given more, by where a hart was then. */
  readonly #cuts: Record<Regime, number> = {
    machine: 0,
    supervisor: 0,
    user: 0,
    virtualSupervisor: 0,
    virtualUser: 0,
  };
  #profile: Profile | undefined;

  /** For `startProfile`; another profiler of the VM sees nothing more. */
  constructor(vm: Vm, options: ProfileOptions) {
    const { interval = INTERVAL, seed = 1 } = options;
    if (!(Number.isInteger(interval) && interval >= LEAST_INTERVAL && interval <= MOST_INTERVAL)) {
      throw new ConfigurationError(
        `a profile cannot have a sample every ${interval} steps; right would be 100 to 1000000000`,
      );
    }
    if (!Number.isSafeInteger(seed)) {
      throw new ConfigurationError(`a profile's seed cannot be ${seed}; a whole number is wanted`);
    }
    const { core, machine, bus, loop } = vm.inside;
    this.#vm = vm;
    this.#options = options;
    this.#interval = interval;
    this.#began = machine.counts();
    this.#translationBegan = core.translation;
    this.#tally = new Tally(machine.harts);
    this.#schedule = new SampleSchedule(interval, seed, machine.steps());
    this.#linux = new LinuxGuest(core, machine, options.symbols);
    this.#sampler = new Sampler(core, machine, this.#linux);
    loop.observer = this.#observer;
    bus.observer = this.#devices;
  }

  /**
   * Ends the profile; again, it is the same. The VM goes on. Names are looked up now, in the guest's RAM
   * too, so a VM that was disposed of has few.
   */
  finish(): Profile {
    this.#profile ??= this.#end();
    return this.#profile;
  }

  #end(): Profile {
    const { core, machine, bus, loop } = this.#vm.inside;
    this.#clock.enter(undefined);
    // Another profiler may have taken over.
    if (loop.observer === this.#observer) {
      loop.observer = undefined;
      bus.observer = undefined;
    }
    const ended = machine.counts();
    return makeProfile({
      engine: core.engine.name,
      interval: this.#interval,
      tally: this.#tally,
      began: this.#began,
      ended,
      cuts: this.#cuts,
      phases: this.#clock.seconds(),
      devices: this.#devices.shares(),
      translation: this.#translation(ended),
      names: {
        file: this.#options.symbols,
        program: machine.plan.functions,
        kernel: () => this.#linux.symbols('late'),
      },
    });
  }

  #translation(ended: MachineCounts): TranslationFigures | null {
    const before = this.#translationBegan;
    const { translation } = this.#vm.inside.core;
    if (before === undefined || translation === undefined) return null;
    const began = { counts: this.#began, translation: before };
    return translationFigures({ counts: ended, translation }, began);
  }

  #run(budget: bigint, run: RunSteps): ExitReason {
    const { machine } = this.#vm.inside;
    let left = budget;
    for (;;) {
      const before = machine.steps();
      const ahead = this.#schedule.next - before - 1n;
      const asked = ahead <= 0n ? 1n : ahead < left ? ahead : left;
      const exits = machine.regimeExits();
      const reason = ahead > 0n ? run(asked) : this.#sample(run);
      const taken = machine.steps() - before;
      left -= taken;
      // A call that was costly ends early: the loop is to have its turn (assembly/vm/work).
      const early = taken < asked;
      if (reason !== ExitReason.Budget || left <= 0n || early) return reason;
      this.#countCut(exits);
    }
  }

  /** @param before the exits before the call that was cut */
  #countCut(before: readonly number[]): void {
    const after = this.#vm.inside.machine.regimeExits();
    const at = after.findIndex((count, regime) => count !== before[regime]);
    const regime = REGIMES[at];
    if (regime !== undefined) this.#cuts[regime]++;
  }

  #sample(run: RunSteps): ExitReason {
    this.#enter('observer');
    const before = this.#sampler.before();
    this.#enter('core');
    // Else each timer interrupt would have a good chance to be the step that is sampled.
    const reason = run(1n, true);
    this.#enter('observer');
    const sample = this.#sampler.after(before);
    if (sample !== undefined) {
      this.#tally.add(sample);
      this.#schedule.advance();
    }
    this.#enter('core');
    return reason;
  }

  #enter(phase: RunPhase): void {
    this.#clock.enter(phase);
  }
}
