import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';
import { GuestProcess, type MachineCommand } from './guest-process.js';
import { type GuestFiles, USUAL_MACHINES } from './machines.js';
import { notInQuick } from './not-in-quick.js';

const GROUP = 'guest';
const NAME = 'idle';
/** The kernel still has work when the prompt comes. */
const SETTLE_MS = 2000;
/** CPU time is counted in hundredths of a second: 0.2 % of this. */
const WINDOW_MS = 5000;

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `guest/idle`: CPU time of the process while the guest waits at its prompt, in percent of a core. */
export function idleBenchmark(files: GuestFiles): Benchmark {
  return {
    group: GROUP,
    name: NAME,
    async run({ runs, shrink }, sink) {
      const subject = { group: GROUP, name: NAME };
      if (shrink > 1) {
        const engines = USUAL_MACHINES.map(({ engine }) => engine);
        return notInQuick(subject, engines, sink);
      }
      // At the same time: that takes half as long, and changes nothing of what each process uses itself.
      let last: Promise<unknown> = Promise.resolve();
      const measuring = USUAL_MACHINES.map(({ engine, command }) => {
        const before = last.catch(() => undefined);
        const own = attempt({ ...subject, engine }, sink, async () => {
          const samples = await watch(await command(files), runs);
          // Rows come in the order of the machines.
          await before;
          sink.row(rowOf({ ...subject, engine, unit: '%', better: 'lower' }, samples));
        });
        last = own;
        return own;
      });
      for (const result of await Promise.allSettled(measuring)) {
        if (result.status === 'rejected') throw result.reason;
      }
    },
  };
}

/** What a machine uses at its prompt in each of `runs` windows, in percent of a core. */
async function watch(command: MachineCommand, runs: number): Promise<number[]> {
  await using guest = new GuestProcess(command);
  await guest.prompt();
  await pass(SETTLE_MS);
  const samples: number[] = [];
  while (samples.length < runs) {
    const began = performance.now();
    const before = await guest.usage();
    await pass(WINDOW_MS);
    const used = (await guest.usage()).cpuSeconds - before.cpuSeconds;
    samples.push((used / ((performance.now() - began) / 1000)) * 100);
  }
  return samples;
}
