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
    const { what, item = '', done, total } = progress;
    const isTerminal = this.#output.isTTY;
    const scale = progress.step === 'configure' ? 1 : MEGABYTE;
    const step = `${progress.step} ${what}`;
    if (step !== this.#step) {
      this.#bar?.stop();
      this.#bar = undefined;
      this.#step = step;
      const size = total === 0 || scale === 1 ? '' : ` (${(total / scale).toFixed(1)} MB)`;
      if (isTerminal && total > 0) this.#bar = this.#startBar(step, total / scale, scale);
      else this.#output.write(`${step}${size}\n`);
    }
    // Hundreds of packages are configured, each for seconds; downloads are quick.
    if (!isTerminal && progress.step === 'configure' && item !== '') {
      this.#output.write(`${progress.step} ${item} (${done} of ${total})\n`);
    }
    this.#bar?.update(done / scale, { item });
  };

  #startBar(step: string, total: number, scale: number): SingleBar {
    const unit = scale === MEGABYTE ? '{percentage} % of {total} MB' : '{value} of {total}';
    const bar = new SingleBar(
      {
        stream: this.#output,
        format: `{bar} ${unit}, ${step} {item}`,
        barsize: 25,
        formatValue: (value, _, type) =>
          type === 'total' && scale === MEGABYTE ? value.toFixed(1) : String(Math.floor(value)),
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    bar.start(total, 0, { item: '' });
    return bar;
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
