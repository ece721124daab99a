import { ConfigurationError } from '../../core/errors.js';
import type { RunOptions } from '../run-options.js';

/** What a snapshot has already: its machine, what it booted, how its time passes. */
const IN_SNAPSHOT: readonly (keyof RunOptions)[] = [
  'memory',
  'cpus',
  'cpu',
  'clock',
  'seed',
  'nested',
  'temporary',
  'firmware',
  'kernel',
  'initrd',
  'append',
  'bare',
  'signature',
  'cold',
];

/** @throws ConfigurationError for options that say otherwise what a snapshot says */
export function checkFrom({ from, guest, written = [] }: RunOptions): void {
  if (from === undefined) return;
  if (guest !== undefined) {
    throw new ConfigurationError(
      `--from and the built guest '${guest}' exclude each other: a snapshot has its own`,
    );
  }
  const wrong = IN_SNAPSHOT.find((name) => written.includes(name));
  if (wrong === undefined) return;
  throw new ConfigurationError(
    `--from and --${wrong} exclude each other: the machine goes on as it was in the snapshot`,
  );
}
