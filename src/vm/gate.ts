import type { Alarms } from './sched/alarms.js';

/** Where a run loop sleeps until there is something to do. */
export class Gate {
  readonly #alarms: Alarms;
  #wake: (() => void) | undefined;
  #knocked = false;

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  /** Ends the sleep, or the next one if nobody sleeps. */
  wake(): void {
    this.#knocked = true;
    this.#wake?.();
  }

  /** Resolves at `wake`, or after `milliseconds`. */
  async sleep(milliseconds?: number): Promise<void> {
    if (!this.#knocked) {
      await new Promise<void>((resolve) => {
        const alarm =
          milliseconds === undefined ? undefined : this.#alarms.after(milliseconds, resolve);
        this.#wake = () => {
          alarm?.cancel();
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#knocked = false;
  }
}
