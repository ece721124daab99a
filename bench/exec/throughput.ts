import type { Benchmark } from '../benchmark.js';
import { MB } from '../machines/images.js';
import { run } from '../machines/machine.js';
import type { MachinePair } from '../machines/pair.js';

const BYTES = 16 * MB;

/** `exec/throughput`: megabytes (10^6 bytes) of a command's output a second, from asking for it to its status. */
export function throughputBenchmark(pair: MachinePair): Benchmark {
  const subject = { group: 'exec', name: 'throughput', unit: 'MB/s', better: 'higher' } as const;
  return {
    ...subject,
    run: ({ shrink }, sink) =>
      pair.measure(subject, sink, async (machine) => {
        const bytes = BYTES / shrink;
        const { stdout, milliseconds } = await run(
          machine,
          `dd if=/dev/zero bs=64k count=${bytes / 65_536}`,
        );
        if (stdout.length !== bytes) throw new Error(`${stdout.length} bytes came, not ${bytes}`);
        return bytes / 1e6 / (milliseconds / 1000);
      }),
  };
}
