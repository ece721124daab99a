import { ConfigurationError } from '../core/errors.js';
import type { SnapshotInfo } from './snapshot-info.js';

/** Which snapshots stay: those that any of the rules keeps. */
export interface Retention {
  /** So many of the latest. */
  readonly last?: number;
  /** Those that are not older, in milliseconds. */
  readonly within?: number;
  /** Milliseconds since 1970; without it, the time it is. */
  readonly now?: number;
}

/**
 * Those that no rule keeps.
 *
 * @param infos oldest first
 * @throws ConfigurationError without a rule, since that would be all
 */
export function outdated(
  infos: readonly SnapshotInfo[],
  { last, within, now = Date.now() }: Retention,
): SnapshotInfo[] {
  if (last === undefined && within === undefined) {
    throw new ConfigurationError('say how many snapshots to keep (last) or how old ones (within)');
  }
  for (const [name, value] of [
    ['last', last],
    ['within', within],
  ] as const) {
    if (value !== undefined && !(value >= 0)) {
      throw new ConfigurationError(`${name} is ${value}; it must be 0 or more`);
    }
  }
  const kept = infos.length - (last ?? 0);
  return infos.filter(
    ({ time }, index) => index < kept && (within === undefined || time < now - within),
  );
}
