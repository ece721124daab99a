import type { Benchmark } from '../benchmark.js';
import { DISK_SIZE, type Format, findDisk, MB } from '../machines/images.js';
import { type BenchMachine, run } from '../machines/machine.js';
import type { MachinePair } from '../machines/pair.js';

const GROUP = 'disk';
const EXTRA_SHRINK = 4;

/** `dd` over the whole disk, with the guest's cache empty before. */
const COMMANDS = {
  'sequential-read': `dd if=$disk of=/dev/null bs=1M count=$count`,
  'sequential-read-direct': `dd if=$disk of=/dev/null bs=1M count=$count iflag=direct`,
  'sequential-write': `dd if=/dev/zero of=$disk bs=1M count=$count conv=fsync`,
  'sequential-write-direct': `dd if=/dev/zero of=$disk bs=1M count=$count oflag=direct conv=fsync`,
} as const;

/**
 * `disk/sequential-…`: megabytes (10^6 bytes) a second that a program in the guest reads from 256 MiB of a
 * raw disk image, or writes to it with all of it on stable storage at the end; through the guest's page cache and
 * past it (`-direct`). The rows `…-qcow2` are the same on 64 MiB of a qcow2 image.
 */
export function sequentialBenchmarks(pair: MachinePair): Benchmark[] {
  return Object.entries(COMMANDS).map(([name, command]) => ({
    group: GROUP,
    name,
    long: true,
    async run({ shrink }, sink) {
      const rawOnly = name.endsWith('direct') || shrink > 1;
      const formats: readonly Format[] = rawOnly ? ['raw'] : ['raw', 'qcow2'];
      for (const format of formats) {
        // The row beside the main one is to tell what the format costs: less will do.
        const bytes = DISK_SIZE / (format === 'raw' ? shrink : EXTRA_SHRINK);
        const row = format === 'raw' ? name : `${name}-${format}`;
        const subject = { group: GROUP, name: row, unit: 'MB/s', better: 'higher' } as const;
        await pair.measure(subject, sink, (machine) => copy(machine, format, bytes, command));
      }
    },
  }));
}

/** Runs `dd` over `bytes`; MB/s, timed by the host: busybox's does not say how long it took. */
async function copy(
  machine: BenchMachine,
  format: Format,
  bytes: number,
  command: string,
): Promise<number> {
  // Finding the disk takes processes, which are not to be timed.
  const { stdout } = await run(
    machine,
    `sync; echo 3 > /proc/sys/vm/drop_caches; ${findDisk(format)}; echo $disk`,
  );
  const disk = new TextDecoder().decode(stdout).trim();
  const { milliseconds } = await run(machine, `count=${bytes / MB}; disk=${disk}; ${command}`);
  return bytes / 1e6 / (milliseconds / 1000);
}
