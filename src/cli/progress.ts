import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';
import type { GuestProgress } from '../guest/image.js';

const MEGABYTE = 1e6;

/**
 * Shows how far the fetching of a guest is: a bar on a terminal, elsewhere one line for each step.
 */
export class ProgressDisplay {
  readonly #output: WriteStream;
  #step = '';
  #bar: SingleBar | undefined;

  constructor(output: WriteStream) {
    this.#output = output;
  }

  readonly report = (progress: GuestProgress): void => {
    const { what, done, total } = progress;
    const step = `${progress.step} ${what}`;
    if (step !== this.#step) {
      this.#bar?.stop();
      this.#bar = undefined;
      this.#step = step;
      if (this.#output.isTTY) this.#bar = this.#startBar(step, total);
      else this.#output.write(`${step} (${(total / MEGABYTE).toFixed(1)} MB)\n`);
    }
    this.#bar?.update(done / MEGABYTE);
  };

  #startBar(step: string, total: number): SingleBar {
    const bar = new SingleBar(
      {
        stream: this.#output,
        format: `{bar} {percentage} % of {total} MB, ${step}`,
        barsize: 25,
        formatValue: (value, _, type) =>
          type === 'total' ? value.toFixed(1) : String(Math.floor(value)),
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    bar.start(total / MEGABYTE, 0);
    return bar;
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
