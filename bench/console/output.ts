import type { Benchmark } from '../benchmark.js';
import { run } from '../machines/machine.js';
import type { MachinePair } from '../machines/pair.js';

const BYTES = 64 * 1024;
/** Text with a line break at every 64th byte, in the guest's memory. */
const PREPARE =
  'yes 012345678901234567890123456789012345678901234567890123456789012 | ' +
  `head -c ${BYTES} > /tmp/text; test $(wc -c < /tmp/text) = ${BYTES}`;
/** The terminal puts a carriage return before each line break. */
const ARRIVING = BYTES + BYTES / 64;

/**
 * `console/output`: megabytes (10^6 bytes) of text a second that a program in the guest writes to its terminal
 * `/dev/hvc0`, until the last of it has arrived at the host.
 */
export function consoleOutputBenchmark(pair: MachinePair): Benchmark {
  const subject = { group: 'console', name: 'output', unit: 'MB/s', better: 'higher' } as const;
  return {
    ...subject,
    long: true,
    run: (_extent, sink) =>
      pair.measure(
        subject,
        sink,
        async (machine) => {
          const before = machine.console.received;
          const began = performance.now();
          await run(machine, 'cat /tmp/text > /dev/hvc0');
          await machine.console.until(before + ARRIVING);
          return ARRIVING / 1e6 / ((performance.now() - began) / 1000);
        },
        (machine) => run(machine, PREPARE),
      ),
  };
}
