import type { Benchmark } from '../benchmark.js';
import { DISK_SIZE, type Format, findDisk } from '../machines/images.js';
import { type BenchMachine, run } from '../machines/machine.js';
import type { MachinePair } from '../machines/pair.js';
import { randomReadProgram } from './random-read-program.js';

const GROUP = 'disk';
/** Reads under way at once, and reads in all: about half a second. */
const CASES = [
  { name: 'random-read-1', depth: 1, reads: 4000 },
  { name: 'random-read-32', depth: 32, reads: 12_000 },
] as const;

/**
 * `disk/random-read-…`: random reads of 4 KiB a second (IOPS), past the guest's page cache, with 1 and with 32
 * of them under way, on a raw image and, in the rows `…-qcow2`, on a qcow2 one.
 */
export function randomBenchmarks(pair: MachinePair): Benchmark[] {
  return CASES.map(({ name, depth, reads }) => ({
    group: GROUP,
    name,
    long: depth === 1,
    async run({ shrink }, sink) {
      const path = `/tmp/${name}`;
      const count = reads / shrink;
      const program = randomReadProgram({ depth, reads: count, diskSize: DISK_SIZE });
      const prepare = ({ agent }: BenchMachine) =>
        agent.files.write(path, program, { mode: 0o755 });
      const sample = (format: Format) => async (machine: BenchMachine) => {
        const { stdout } = await run(machine, `${findDisk(format)}; ${path} $disk`);
        const nanoseconds = new DataView(stdout.buffer, stdout.byteOffset).getBigUint64(0, true);
        return (count / Number(nanoseconds)) * 1e9;
      };
      const formats: readonly Format[] = shrink > 1 ? ['raw'] : ['raw', 'qcow2'];
      for (const format of formats) {
        const row = format === 'raw' ? name : `${name}-${format}`;
        const subject = { group: GROUP, name: row, unit: 'IOPS', better: 'higher' } as const;
        await pair.measure(subject, sink, sample(format), prepare);
      }
    },
  }));
}
