import { RUN_PHASES, type RunPhase } from '../vm/run-observer.js';

/** Real time by what a run loop was at: at each moment it is at one thing. */
export class PhaseClock {
  readonly #milliseconds = Object.fromEntries(RUN_PHASES.map((phase) => [phase, 0])) as Record<
    RunPhase,
    number
  >;
  readonly #now: () => number;
  #phase: RunPhase | undefined;
  #since = 0;

  /** @param now milliseconds of a clock that never runs backwards */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The loop turns to `phase`; undefined: it is not followed any more. */
  enter(phase: RunPhase | undefined): void {
    const now = this.#now();
    if (this.#phase !== undefined) this.#milliseconds[this.#phase] += now - this.#since;
    this.#phase = phase;
    this.#since = now;
  }

  /** Seconds of each phase up to its end. */
  seconds(): Record<RunPhase, number> {
    return Object.fromEntries(
      RUN_PHASES.map((phase) => [phase, this.#milliseconds[phase] / 1000]),
    ) as Record<RunPhase, number>;
  }
}
