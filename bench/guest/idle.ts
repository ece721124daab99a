import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';
import { GuestProcess } from './guest-process.js';
import { type GuestFiles, USUAL_MACHINES } from './machines.js';

const GROUP = 'guest';
const NAME = 'idle';
/** The kernel still has work when the prompt comes. */
const SETTLE_MS = 2000;
/** CPU time is counted in hundredths of a second: 0.2 % of this, and of a quick run's 0.5 %. */
const WINDOW_MS = 5000;
const QUICK_WINDOW_MS = 2000;

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `guest/idle`: CPU time of the process while the guest waits at its prompt, in percent of a core. */
export function idleBenchmark(files: GuestFiles): Benchmark {
  return {
    group: GROUP,
    name: NAME,
    async run({ runs, shrink }, sink) {
      const windowMs = shrink > 1 ? QUICK_WINDOW_MS : WINDOW_MS;
      // At the same time: that takes half as long, and changes nothing of what each process uses itself.
      const measuring = USUAL_MACHINES.map(async ({ engine, command }) => {
        const subject = { group: GROUP, name: NAME, engine };
        await attempt(subject, sink, async () => {
          await using guest = new GuestProcess(await command(files));
          await guest.prompt();
          await pass(SETTLE_MS);
          const samples: number[] = [];
          while (samples.length < runs) {
            const began = performance.now();
            const before = await guest.usage();
            await pass(windowMs);
            const used = (await guest.usage()).cpuSeconds - before.cpuSeconds;
            samples.push((used / ((performance.now() - began) / 1000)) * 100);
          }
          sink.row(rowOf({ ...subject, unit: '%', better: 'lower' }, samples));
        });
      });
      for (const result of await Promise.allSettled(measuring)) {
        if (result.status === 'rejected') throw result.reason;
      }
    },
  };
}
