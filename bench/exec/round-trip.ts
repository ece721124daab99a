import type { Benchmark } from '../benchmark.js';
import { run } from '../machines/machine.js';
import type { MachinePair } from '../machines/pair.js';
import { median } from '../row.js';

/** Commands of one sample. */
const COMMANDS = 40;

/** `exec/round-trip`: milliseconds from asking for the command `true` to its status; a run is the median of many. */
export function roundTripBenchmark(pair: MachinePair): Benchmark {
  const subject = { group: 'exec', name: 'round-trip', unit: 'ms', better: 'lower' } as const;
  return {
    ...subject,
    run: (_extent, sink) =>
      pair.measure(subject, sink, async (machine) => {
        const samples: number[] = [];
        while (samples.length < COMMANDS) samples.push((await run(machine, 'true')).milliseconds);
        return median(samples);
      }),
  };
}
