import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';
import type { ReportProgress } from '../../guest/image.js';
import type { LockstepProgress } from '../../lockstep/result.js';
import { ProgressDisplay } from '../progress.js';

const MILLION = 1e6;

/** Shows how far a comparison is and how fast its engines are: on a terminal only. */
export class LockstepDisplay {
  readonly #output: WriteStream;
  readonly #engines: readonly string[];
  readonly #fetching: ProgressDisplay;
  #phase: LockstepProgress['phase'] = 'compare';
  #bar: SingleBar | undefined;

  constructor(output: WriteStream, engines: readonly string[]) {
    this.#output = output;
    this.#engines = engines;
    this.#fetching = new ProgressDisplay(output);
  }

  /** For the fetching of the default guest. */
  readonly fetching: ReportProgress = (progress) => this.#fetching.report(progress);

  readonly report = ({ phase, step, steps, speeds }: LockstepProgress): void => {
    if (!this.#output.isTTY) return;
    if (phase !== this.#phase) this[Symbol.dispose]();
    this.#phase = phase;
    const speed = this.#engines
      .map((name, n) => `${name} ${Math.round(speeds[n] ?? 0)}`)
      .join(', ');
    this.#bar ??= this.#start(steps / MILLION);
    const what = phase === 'search' ? 'searching' : `${speed} million a second`;
    this.#bar.update(step / MILLION, { what });
  };

  #start(total: number): SingleBar {
    this.#fetching[Symbol.dispose]();
    const bar = new SingleBar(
      {
        stream: this.#output,
        format: '{bar} {value} of {total} million steps, {what}',
        barsize: 25,
        // Its own figures of time come as text already.
        formatValue: (value) => (typeof value === 'number' ? value.toFixed(1) : value),
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    bar.start(total, 0, { what: '' });
    return bar;
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#fetching[Symbol.dispose]();
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
