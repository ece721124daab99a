import type { Vm } from '../vm/vm.js';
import { complain } from './complaint.js';
import type { Drives } from './drives.js';
import { statusOf } from './exit-status.js';

/** How a run ended: its status, and what is to be said about it. */
export interface Outcome {
  readonly status: number;
  readonly complaint?: Error;
}

/** What a run may wait for, and how long, in milliseconds. */
export interface Limits {
  readonly signal: AbortSignal;
  readonly timeout?: number;
}

/**
 * Switches the machine off and closes its drives. The outcome is the given one if all that the guest wrote
 * is kept; else what went wrong with that, which is said at once where more was wrong already.
 */
export async function settle(vm: Vm, drives: Drives, outcome: Outcome): Promise<Outcome> {
  const { error } = await vm.stop();
  const failures = [error, await drives.close().then(() => undefined, asError)];
  let ended = outcome;
  for (const failed of failures) {
    if (failed === undefined || comesFrom(outcome.complaint, failed)) continue;
    const status = statusOf(failed);
    if (ended.complaint === undefined) ended = { status, complaint: failed };
    else complain(failed, status);
  }
  return ended;
}

/** Whether an error tells of `origin`, itself or by its causes. */
function comesFrom(error: unknown, origin: Error): boolean {
  if (error === origin) return true;
  return error instanceof Error && error.cause !== undefined && comesFrom(error.cause, origin);
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
