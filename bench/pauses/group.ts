import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { UnavailableError } from '../errors.js';
import { rowOf } from '../row.js';
import { watchGuest } from './watched-guest.js';

const GROUP = 'pauses';
/** The one whose pauses are its users', and what they would be if nothing was translated. */
const TRANSLATING = 'wasm';
const ENGINES = [
  { engine: TRANSLATING, runs: 3 },
  { engine: 'wasm-interpreter', runs: 1 },
];

/**
 * `pauses/…`: the longest time for which a guest kept its host's event loop from turning, in milliseconds, during a boot
 * (`boot-longest`) and during programs of busybox (`program-longest`); and the longest that translated code's compiling
 * took of one turn (`boot-compiling`, `program-compiling`). The median is of whole boots, the worst of which is
 * `max`.
 */
export const pausesBenchmark: Benchmark = {
  group: GROUP,
  name: GROUP,
  long: true,
  async run(_extent, sink) {
    for (const { engine, runs } of ENGINES) {
      await attempt({ group: GROUP, name: GROUP, engine }, sink, async () => {
        const guests = [];
        while (guests.length < runs) guests.push(await watchGuest(engine));
        const subject = { group: GROUP, engine, unit: 'ms', better: 'lower' } as const;
        for (const part of ['boot', 'program'] as const) {
          const pauses = guests.map((guest) => guest[part]);
          const row = (what: 'longest' | 'compiling') => {
            const named = { ...subject, name: `${part}-${what}` };
            sink.row(
              rowOf(
                named,
                pauses.map((pause) => pause[what]),
              ),
            );
          };
          row('longest');
          if (engine !== TRANSLATING) continue;
          await attempt({ group: GROUP, name: `${part}-compiling`, engine }, sink, async () => {
            if (pauses.some(({ modules }) => modules === 0)) {
              throw new UnavailableError('nothing was translated: no module was compiled');
            }
            row('compiling');
          });
        }
      });
    }
  },
};
