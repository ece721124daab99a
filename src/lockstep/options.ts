import { ConfigurationError } from '../core/errors.js';
import type { Translation } from '../core/translate/translation.js';
import type { Both, LockstepProgress } from './result.js';
import type { LockstepSpec } from './runner.js';

export interface LockstepOptions {
  /** Two engines, by name. The same one twice shows whether it repeats. */
  readonly engines: readonly string[];
  /**
   * The guest. Drives that can be written are read only: what a guest writes is kept in memory, for each
   * engine apart.
   */
  readonly vm: LockstepSpec;
  /** Steps between comparisons. Default 1,000,000. */
  readonly every?: number;
  /** How the engine 'wasm' translates, as `Host.create` has it. Default: as users get it. */
  readonly translate?: boolean | Translation;
  /** Steps to compare at most. Default 200,000,000. */
  readonly steps?: number;
  /** Told after each comparison. */
  readonly progress?: (progress: LockstepProgress) => void;
  readonly signal?: AbortSignal;
}

export const DEFAULT_EVERY = 1_000_000;
export const DEFAULT_STEPS = 200_000_000;

/** Options with what they are without being given. @throws ConfigurationError for what cannot be right */
export function checkOptions(options: LockstepOptions): {
  readonly engines: Both<string>;
  readonly every: number;
  readonly steps: number;
} {
  return {
    engines: twoOf(options.engines),
    every: count('every', options.every ?? DEFAULT_EVERY),
    steps: count('steps', options.steps ?? DEFAULT_STEPS),
  };
}

function twoOf(engines: readonly string[]): Both<string> {
  const [one, other, ...more] = engines;
  if (one !== undefined && other !== undefined && more.length === 0) return [one, other];
  throw new ConfigurationError(
    `lockstep compares two engines, not ${engines.length}; right would be wasm,ts`,
  );
}

function count(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError(`'${name}' must be a whole number of steps above 0, not ${value}`);
}
