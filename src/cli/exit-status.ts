import {
  ConfigurationError,
  HartwoodError,
  VmStoppedError,
  VmTimeoutError,
} from '../core/errors.js';
import { describeStop, type StopReason } from '../vm/stop-reason.js';

/** What the process ends with; docs/exit-statuses.md explains each. */
export const ExitStatus = {
  Ok: 0,
  /** Engines that were compared do not do the same. */
  Differ: 1,
  /** An option, or a combination of options, that cannot be right. */
  Usage: 2,
  /** Firmware, a kernel, initrd, program, drive, snapshot or file of symbols that is missing, foreign or in use. */
  Image: 3,
  /** A guest cannot be fetched, cached or built, or is in use. */
  Guest: 4,
  /** The guest came to an end before it did what was asked. */
  Died: 5,
  Internal: 6,
  /** A drive, a store of snapshots, or a file that is copied could not be read or written to its end. */
  Storage: 7,
  Timeout: 124,
  /** And the number of the signal, as shells count. */
  Signal: 128,
} as const;

/** What `hartwood help exit-statuses` says; docs/exit-statuses.md says more. */
export const STATUS_MEANINGS: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'all is well'],
  ['1', 'with lockstep: the engines differ'],
  ['1 to 255', 'with --exec of the command, with --bare of the program'],
  ['2', 'wrong options'],
  ['3', 'a wrong firmware, kernel, initrd, program, drive, snapshot or file of symbols'],
  ['4', 'a guest cannot be had'],
  ['5', 'the guest died, or refused what was asked'],
  ['6', 'a fault of Hartwood'],
  ['7', 'a drive or a store of snapshots failed, or a file could not be copied'],
  ['124', 'time is over'],
  ['128+N', 'ended by signal N'],
];

/** Statuses of a process end at 255; a failure beyond that must not look like success. */
const HIGHEST = 255;

/** The user or the system asks the command to end. */
export class Interruption extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The status for a failure. */
export function statusOf(error: unknown): number {
  if (error instanceof Interruption) return error.status;
  if (error instanceof VmTimeoutError) return ExitStatus.Timeout;
  if (error instanceof ConfigurationError) return ExitStatus.Usage;
  if (!(error instanceof HartwoodError)) return ExitStatus.Internal;
  // A command that did not end because the VM did: by what ended the VM.
  if (error instanceof VmStoppedError && error.cause instanceof HartwoodError) {
    return statusOf(error.cause);
  }
  const byCode: Readonly<Record<string, number>> = {
    image: ExitStatus.Image,
    memory: ExitStatus.Usage,
    stopped: ExitStatus.Died,
    agent: ExitStatus.Died,
    'guest-file': ExitStatus.Storage,
    copy: ExitStatus.Storage,
    'disk-unavailable': ExitStatus.Image,
    'disk-format': ExitStatus.Image,
    'disk-read-only': ExitStatus.Image,
    'disk-full': ExitStatus.Storage,
    'disk-io': ExitStatus.Storage,
    internal: ExitStatus.Internal,
    'guest-name': ExitStatus.Usage,
    'guest-damaged': ExitStatus.Image,
    'snapshot-missing': ExitStatus.Image,
    'snapshot-damaged': ExitStatus.Image,
    'snapshot-version': ExitStatus.Image,
    'snapshot-busy': ExitStatus.Image,
    'snapshot-store': ExitStatus.Storage,
  };
  return byCode[error.code] ?? ExitStatus.Guest;
}

/** The status of a guest that ended, and the line that says why unless all is well. */
export function outcomeOf(
  stop: StopReason,
  bare: boolean,
): { readonly status: number; readonly complaint?: Error } {
  const program = stop.kind === 'exit' || (bare && stop.kind === 'failure');
  if (program) return { status: Math.min(stop.code, HIGHEST) };
  if (stop.kind === 'poweroff') return { status: ExitStatus.Ok };
  if (stop.error !== undefined) {
    return { status: statusOf(stop.error), complaint: stop.error };
  }
  const loop = stop.kind === 'reset' ? ' again and again' : '';
  return {
    status: ExitStatus.Died,
    complaint: new VmStoppedError(`${describeStop(stop)}${loop}`),
  };
}
