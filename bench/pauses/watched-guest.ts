import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endWithBench } from '../leftovers.js';
import type { Pauses } from './pause-meter.js';

const SCRIPT = fileURLToPath(new URL('guest-process.ts', import.meta.url));
/** Where the loader for TypeScript is found. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Far more than a boot and the programs should take. */
const TIMEOUT_MS = 600_000;

/** What a guest made its host's event loop wait for. */
export interface WatchedGuest {
  readonly boot: Pauses;
  readonly program: Pauses;
}

/**
 * Watches a boot, and programs behind it, in a fresh process.
 *
 * @throws Error with the process's own words if it fails
 */
export async function watchGuest(engine: string): Promise<WatchedGuest> {
  const args = ['--import', 'tsx', SCRIPT, engine];
  const running = promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: TIMEOUT_MS });
  endWithBench(running.child);
  return JSON.parse((await running).stdout) as WatchedGuest;
}
