import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';

/** Short work shows nothing, in milliseconds. */
const PATIENCE = 500;

/** Shows how far something is with a snapshot's pages, on a terminal, if it takes its time. */
export class PageProgress {
  readonly #what: string;
  readonly #output: WriteStream;
  readonly #began = performance.now();
  #bar: SingleBar | undefined;

  constructor(what: string, output: WriteStream) {
    this.#what = what;
    this.#output = output;
  }

  readonly report = (done: number, total: number): void => {
    if (!this.#output.isTTY || total === 0) return;
    if (this.#bar === undefined) {
      if (performance.now() - this.#began < PATIENCE) return;
      this.#bar = new SingleBar(
        {
          stream: this.#output,
          format: `{bar} {percentage} % of {total} pages, ${this.#what}`,
          barsize: 25,
          hideCursor: true,
          clearOnComplete: true,
        },
        Presets.shades_classic,
      );
      this.#bar.start(total, done);
    }
    this.#bar.update(done);
  };

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
