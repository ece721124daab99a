import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openSnapshotFolder } from 'hartwood/node';
import { UnavailableError } from '../errors.js';
import { bootIdle } from './booted.js';
import type { Measurement } from './measurement.js';

const HARTWOOD = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
const SAID = 'hello';

const hartwood = (...args: string[]) => promisify(execFile)(process.execPath, [HARTWOOD, ...args]);

/** Seconds from the start of the process to the output of a command in a guest that it restores from a folder. */
export const measureRunFrom: Measurement = async ({ rounds, folder }) => {
  const store = await openSnapshotFolder(folder, { create: true });
  const id = await snapshotOfBooted();
  async function snapshotOfBooted(): Promise<string> {
    await using booted = await bootIdle();
    return (await booted.vm.snapshot({ store })).id;
  }
  await store.close();
  const samples: number[] = [];
  // The first reads what the operating system has not in memory yet.
  for (let run = 0; run <= rounds; run++) {
    const began = performance.now();
    const running = hartwood('run', '--from', id, '--store', folder, '--exec', `echo ${SAID}`);
    const said = new Promise<number>((resolve, reject) => {
      running.child.stdout?.on('data', (bytes) => {
        if (String(bytes).includes(SAID)) resolve(performance.now() - began);
      });
      running.then(() => reject(new Error(`the command did not say '${SAID}'`)), reject);
    });
    const took = await said;
    await running;
    if (run > 0) samples.push(took / 1000);
  }
  return { 'run-from': samples };
};

/** @throws UnavailableError if the command knows nothing of it */
export async function checkRunFrom(): Promise<void> {
  const { stdout } = await hartwood('run', '--help');
  if (!stdout.includes('--from')) throw new UnavailableError("'hartwood run' has no option --from");
}
