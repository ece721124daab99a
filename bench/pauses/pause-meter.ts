import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** The longest stretches of something in which the event loop had no turn, in milliseconds. */
export interface Pauses {
  /** From one turn of the event loop to the next, whatever was the cause; a millisecond at least. */
  readonly longest: number;
  /** Of such a stretch, what went into compiling and instantiating modules. */
  readonly compiling: number;
  /** Modules compiled in all. */
  readonly modules: number;
}

type Constructor = new (...args: never[]) => object;

/**
 * Times WebAssembly's constructors, so that the figures do not depend on what a library says of itself. Until it is
 * disposed of, it stands in their place; there can be one in a process.
 */
export class PauseMeter {
  readonly #module = WebAssembly.Module;
  readonly #instance = WebAssembly.Instance;
  #inTurn = 0;
  #compiling = 0;
  #modules = 0;

  constructor() {
    const counted = () => {
      this.#modules++;
    };
    Object.assign(WebAssembly, {
      Module: this.#timed(WebAssembly.Module, counted),
      Instance: this.#timed(WebAssembly.Instance, () => {}),
    });
  }

  /** Calls of one turn of the event loop count together. */
  #timed(original: Constructor, after: () => void): Constructor {
    return new Proxy(original, {
      construct: (target, args, newTarget) => {
        const began = performance.now();
        try {
          return Reflect.construct(target, args, newTarget) as object;
        } finally {
          after();
          if (this.#inTurn === 0) {
            setImmediate(() => {
              this.#inTurn = 0;
            });
          }
          this.#inTurn += performance.now() - began;
          this.#compiling = Math.max(this.#compiling, this.#inTurn);
        }
      },
    });
  }

  /** What the work makes the event loop wait for. @throws whatever it throws */
  async watch(work: () => Promise<unknown>): Promise<Pauses> {
    [this.#compiling, this.#modules] = [0, 0];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    // Stretches are counted from one tick of its timer to the next.
    await tick(delay);
    await work();
    await tick(delay);
    delay.disable();
    return {
      longest: delay.max / 1e6,
      compiling: this.#compiling,
      modules: this.#modules,
    };
  }

  [Symbol.dispose](): void {
    Object.assign(WebAssembly, { Module: this.#module, Instance: this.#instance });
  }
}

async function tick(delay: IntervalHistogram): Promise<void> {
  const { count } = delay;
  while (delay.count === count) await new Promise((resolve) => setImmediate(resolve));
}
