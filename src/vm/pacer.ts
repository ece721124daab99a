/**
 * How many steps one call into the core may take. A call should last about 2 ms: the event loop must
 * breathe, and V8 replaces baseline code by optimized code only at calls.
 */
export const TARGET_MS = 2;
/** Before anything is measured: short even in baseline code on a slow machine. */
const FIRST_BUDGET = 20_000;
const LEAST_BUDGET = 1_000;
/** Shorter calls say more about the clock than about the guest. */
const LEAST_MS = 0.2;
/** Weight of the newest measurement. */
const WEIGHT = 0.25;
/** A call that follows a slow one must not be long: the speed may fall back. */
const GROWTH = 2;
/** A guess at the speed, for the first call's real clock: 100 million steps a second. */
const FIRST_STEPS_PER_MS = 100_000;

export class Pacer {
  #stepsPerMs = 0;
  #budget = FIRST_BUDGET;

  /** Steps for a call of TARGET_MS. */
  get budget(): number {
    return this.#budget;
  }

  /** Steps for a call of so many milliseconds, TARGET_MS at most. */
  budgetOf(milliseconds: number): number {
    return Math.floor(this.#budget * Math.min(1, milliseconds / TARGET_MS)) + 1;
  }

  /** Steps a millisecond, as measured. */
  get stepsPerMs(): number {
    return this.#stepsPerMs || FIRST_STEPS_PER_MS;
  }

  /** Notes that a call that was given `asked` steps took `steps` of them, in `milliseconds`. */
  record(asked: number, steps: number, milliseconds: number): void {
    // A guest that idled after a few steps on a busy host says nothing about the speed.
    if (milliseconds < LEAST_MS || steps < LEAST_BUDGET) {
      // One that did all that was asked could have done more, also where that was a part of the budget.
      const whole = (milliseconds * this.#budget) / asked;
      if (steps >= asked && whole < TARGET_MS) this.#budget *= GROWTH;
      return;
    }
    const speed = steps / milliseconds;
    // A slower call counts at once: the next one must not last long.
    const smooth = this.#stepsPerMs + WEIGHT * (speed - this.#stepsPerMs);
    this.#stepsPerMs = this.#stepsPerMs === 0 ? speed : Math.min(smooth, GROWTH * speed);
    const wanted = Math.min(this.#stepsPerMs * TARGET_MS, this.#budget * GROWTH);
    this.#budget = Math.max(LEAST_BUDGET, Math.floor(wanted));
  }
}
