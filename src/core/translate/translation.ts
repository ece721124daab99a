import { ConfigurationError } from '../errors.js';
import type { Linking } from './linking.js';

/** How hot code is translated. What is left out is as it was found best. */
export interface Translation {
  /** Jumps to a target before it is translated, 1 to 65535. */
  readonly threshold?: number;
  /** Steps within which these jumps must fall, up to 4294967295; 0: however long it takes. */
  readonly window?: number;
  /** Whether code that was never executed is translated along with what leads to it. */
  readonly eager?: boolean;
  /** Whether regions may call each other as their last act. Default: if the platform can. */
  readonly tailCalls?: boolean;
  /** Whether compiling leaves the thread to the guest. Default: where the platform insists on it. */
  readonly asynchronous?: boolean;
  /** Regions of a module, 1 to 128; so many that wait interrupt the guest. */
  readonly batch?: number;
  /** Runs of the core for which fewer wait for others; they wait longer as modules become many. */
  readonly patience?: number;
  /** Milliseconds of a run that are spent on compiling; what then waits is left to the next. */
  readonly pause?: number;
  /** Most guest instructions of a region. */
  readonly regionInstructions?: number;
  /** Most bytes of a module. */
  readonly moduleBytes?: number;
  /** Modules after which all are dropped, and hot code is translated anew. */
  readonly modules?: number;
  /** Regions after which the same happens. */
  readonly regions?: number;
  /** Who compiles, in place of the platform: for those who want to see it fail. */
  readonly linking?: Linking;
}

/** A Translation in which nothing is left out but what the platform decides. */
export type ResolvedTranslation = Required<
  Omit<Translation, 'tailCalls' | 'asynchronous' | 'linking'>
> &
  Pick<Translation, 'tailCalls' | 'asynchronous' | 'linking'>;

/** What can be asked for as a number: what it is without, and its range. */
const NUMBERS = {
  threshold: { otherwise: 1000, least: 1, most: 0xffff },
  // Code that is executed less than once in 30,000 steps is no longer in the processor's caches when it is
  // entered again, and there the interpreter's decoded code takes less room than what it would become.
  window: { otherwise: 30_000_000, least: 0, most: 0xffff_ffff },
  // A module costs 1 ms of the thread however small it is; in Node 20 most of it is the collector's.
  batch: { otherwise: 128, least: 1, most: 128 },
  patience: { otherwise: 4, least: 1, most: 1_000_000 },
  pause: { otherwise: 4, least: 0, most: 1_000_000 },
  regionInstructions: { otherwise: 512, least: 1, most: 0x10_0000 },
  moduleBytes: { otherwise: 0x10_0000, least: 1, most: 0x10_0000 },
  // V8 of Node 20 keeps a copy of the table for each module that imports it: each makes linking slower.
  modules: { otherwise: 256, least: 1, most: 4096 },
  regions: { otherwise: 8192, least: 1, most: 0x10_0000 },
} as const;

const BOOLEANS = ['eager', 'tailCalls', 'asynchronous'] as const;

/**
 * What `translate` stands for where a host is made: true is how translation is found best, false none.
 *
 * @throws ConfigurationError for a value that is none, or out of its range
 */
export function resolveTranslation(
  given: Translation | boolean | undefined,
): ResolvedTranslation | undefined {
  if (given === false) return undefined;
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (given !== undefined && given !== true && !isObject) {
    throw new ConfigurationError(
      `translate must be true, false or an object of tunables, not '${String(given)}'`,
    );
  }
  const options = given === true || given === undefined ? {} : given;
  for (const name of Object.keys(options)) {
    if (
      Object.hasOwn(NUMBERS, name) ||
      name === 'linking' ||
      BOOLEANS.some((known) => known === name)
    )
      continue;
    const known = [...Object.keys(NUMBERS), ...BOOLEANS].join(', ');
    throw new ConfigurationError(`translate has no '${name}'; it has ${known}`);
  }
  for (const name of BOOLEANS) {
    if (options[name] === undefined || typeof options[name] === 'boolean') continue;
    throw new ConfigurationError(`translate.${name} must be true or false, not '${options[name]}'`);
  }
  const { tailCalls, asynchronous, linking } = options;
  return {
    threshold: number(options, 'threshold'),
    window: number(options, 'window'),
    batch: number(options, 'batch'),
    patience: number(options, 'patience'),
    pause: number(options, 'pause'),
    regionInstructions: number(options, 'regionInstructions'),
    moduleBytes: number(options, 'moduleBytes'),
    modules: number(options, 'modules'),
    regions: number(options, 'regions'),
    eager: options.eager ?? false,
    ...(tailCalls === undefined ? {} : { tailCalls }),
    ...(asynchronous === undefined ? {} : { asynchronous }),
    ...(linking === undefined ? {} : { linking }),
  };
}

function number(options: Translation, name: keyof typeof NUMBERS): number {
  const { otherwise, least, most } = NUMBERS[name];
  const value = options[name] ?? otherwise;
  const whole = name === 'pause' || Number.isInteger(value);
  if (typeof value === 'number' && whole && value >= least && value <= most) return value;
  const kind = name === 'pause' ? '' : 'a whole number from ';
  throw new ConfigurationError(
    `translate.${name} must be ${kind}${least} to ${most}, not '${value}'`,
  );
}
