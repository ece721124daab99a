import type { Vm } from '../vm/vm.js';
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
 * Switches the machine off and closes its drives; the outcome when all that the guest wrote is kept, or
 * what went wrong with that unless more was wrong already.
 */
export async function settle(vm: Vm, drives: Drives, outcome: Outcome): Promise<Outcome> {
  const { error } = await vm.stop();
  const failed = error ?? (await drives.close().then(() => undefined, asError));
  if (failed === undefined || outcome.complaint !== undefined) return outcome;
  return { status: statusOf(failed), complaint: failed };
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
