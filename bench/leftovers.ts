import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const children = new Set<ChildProcess>();
const folders = new Set<string>();

// Where a signal ends the run, nothing that waits to be disposed of gets its turn.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Lets a process live no longer than this one. */
export function endWithBench(child: ChildProcess): void {
  children.add(child);
  child.once('close', () => children.delete(child));
}

/** A new folder for files of this run; what is left of it at the end is removed. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-bench-'));
  folders.add(folder);
  return folder;
}

/** Ends the process at a signal, leaving nothing behind. */
export function heedSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.stderr.write(`\nbench: ended by ${signal}; no results were written\n`);
      process.exit(128 + constants.signals[signal]);
    });
  }
}
