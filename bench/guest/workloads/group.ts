import type { Benchmark } from '../../benchmark.js';
import type { BenchMachine } from '../../machines/machine.js';
import { INTERPRETER, type MachinePair } from '../../machines/pair.js';
import { rowOf } from '../../row.js';
import { awk, gzip, sha256sum } from './busybox.js';
import { LINUX_CALLS, reading } from './linux-calls.js';
import { measureWorkload } from './sized-runs.js';
import type { Workload } from './workload.js';

const GROUP = 'guest';
/** The one that the slowest engine, too, has to do. */
const FOR_ALL = sha256sum;
const WORKLOADS: readonly Workload[] = [FOR_ALL, gzip, awk, ...LINUX_CALLS, reading];
/** What a quick run has no time for. */
const LONG: readonly Workload[] = [gzip, reading];

/** Engines besides the pair's. */
function more(workload: Workload): readonly string[] {
  // Theirs are machines without disks.
  if (workload === reading) return [];
  return workload === FOR_ALL ? [INTERPRETER, 'ts'] : [INTERPRETER];
}

/** `guest/…`: what programs in the guest get done in a second. */
export function workloadBenchmarks(pair: MachinePair): Benchmark[] {
  return WORKLOADS.map((workload) => ({
    group: GROUP,
    name: workload.name,
    long: LONG.includes(workload),
    async run(extent, sink) {
      const { name, unit } = workload;
      const subject = { group: GROUP, name, unit, better: 'higher' } as const;
      const measure = async (machine: BenchMachine) => {
        const samples = await measureWorkload(machine, workload, extent);
        sink.row(rowOf({ ...subject, engine: machine.engine }, samples));
      };
      await pair.each(subject, sink, measure, more(workload));
    },
  }));
}
