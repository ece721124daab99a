/**
 * What is done to a VM between two calls into its core, while it stands still: its run loop asks here each time
 * it comes round.
 */
export class Interludes {
  readonly #asked: (() => Promise<void>)[] = [];
  readonly #onAsked: () => void;
  #ended: Error | undefined;

  /** @param onAsked called when there is something to do */
  constructor(onAsked: () => void) {
    this.#onAsked = onAsked;
  }

  /** Whether something is to be done. */
  get any(): boolean {
    return this.#asked.length > 0;
  }

  /** Does `work` when the VM stands still next; with what it resolves. @throws what it throws; how the VM ended before. */
  ask<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const refuse = () => reject(this.#ended);
      this.#asked.push(async () => {
        if (this.#ended !== undefined) return refuse();
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      });
      this.#onAsked();
    });
  }

  /** For the run loop: does what was asked for. */
  async serve(): Promise<void> {
    for (let work = this.#asked.shift(); work !== undefined; work = this.#asked.shift()) {
      await work();
    }
  }

  /** For the run loop: the VM has ended; whoever waits, or comes later, is refused with `error`. */
  async end(error: Error): Promise<void> {
    this.#ended = error;
    await this.serve();
  }
}
