import type { HartwoodError } from '../core/errors.js';

/** How a VM came to its end. */
export type StopKind =
  /** The guest powered off. */
  | 'poweroff'
  /** The guest powered off and reported a failure; `code` is what it said. */
  | 'failure'
  /** A bare program ended by HTIF; `code` is its exit status. */
  | 'exit'
  /** The guest rebooted, and the VM was not to start again. */
  | 'reset'
  /** The guest stopped all its harts. */
  | 'halted'
  /** The host's memory was used up; `error` has the figures. */
  | 'memory'
  /** The core failed; `error` says how. */
  | 'internal'
  /** `stop` was called. */
  | 'host';

export interface StopReason {
  readonly kind: StopKind;
  readonly code: number;
  readonly error?: HartwoodError;
}

const PHRASES: Readonly<Record<StopKind, string>> = {
  poweroff: 'the guest powered off',
  failure: 'the guest powered off with failure',
  exit: 'the program ended with status',
  reset: 'the guest rebooted',
  halted: 'the guest stopped all its harts',
  memory: 'the host ran out of memory',
  internal: 'the core failed',
  host: 'the VM was stopped',
};

/** A clause for messages: 'the guest powered off'. */
export function describeStop(reason: StopReason): string {
  if (reason.error !== undefined) return reason.error.message;
  const counted = reason.kind === 'failure' || reason.kind === 'exit';
  return counted ? `${PHRASES[reason.kind]} ${reason.code}` : PHRASES[reason.kind];
}
