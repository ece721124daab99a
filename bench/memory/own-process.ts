import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithBench, temporaryFolder } from '../leftovers.js';
import type { MemoryExtent, Samples } from './measurement.js';

const SCRIPT = fileURLToPath(new URL('guest-process.ts', import.meta.url));
/** Where the loader for TypeScript is found. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Far more than any of it should take. */
const TIMEOUT_MS = 900_000;

/**
 * Measures in a fresh process, where nothing else has a heap or guests.
 *
 * @throws Error with the process's own words if it fails
 */
export async function measureInProcess(
  name: string,
  extent: Omit<MemoryExtent, 'folder'>,
): Promise<Samples> {
  const folder = await temporaryFolder();
  try {
    const asked = JSON.stringify({ ...extent, folder } satisfies MemoryExtent);
    const args = ['--import', 'tsx', '--expose-gc', SCRIPT, name, asked];
    const options = { cwd: ROOT, timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    const running = promisify(execFile)(process.execPath, args, options);
    endWithBench(running.child);
    return JSON.parse((await running).stdout) as Samples;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
