import type { Benchmark } from '../../benchmark.js';
import type { BenchMachine } from '../../machines/machine.js';
import type { MachinePair } from '../../machines/pair.js';
import { rowOf } from '../../row.js';
import { awk, gzip, sha256sum } from './busybox.js';
import { LINUX_CALLS } from './linux-calls.js';
import { measureWorkload } from './sized-runs.js';
import type { Workload } from './workload.js';

const GROUP = 'guest';
/** The one that the slowest engine, too, has to do. */
const FOR_ALL = sha256sum;
const WORKLOADS: readonly Workload[] = [FOR_ALL, gzip, awk, ...LINUX_CALLS];

/** `guest/…`: what programs in the guest get done in a second. */
export function workloadBenchmarks(pair: MachinePair): Benchmark[] {
  return WORKLOADS.map((workload) => ({
    group: GROUP,
    name: workload.name,
    async run(extent, sink) {
      const { name, unit } = workload;
      const subject = { group: GROUP, name, unit, better: 'higher' } as const;
      // Another boot of the slowest engine would be half of a quick run.
      const extra = workload === FOR_ALL && extent.shrink === 1 ? ['ts'] : [];
      const measure = async (machine: BenchMachine) => {
        const samples = await measureWorkload(machine, workload, extent);
        sink.row(rowOf({ ...subject, engine: machine.engine }, samples));
      };
      await pair.each(subject, sink, measure, extra);
    },
  }));
}
