import { ConfigurationError } from '../../core/errors.js';
import type { Translation } from '../../core/translate/translation.js';
import { lockstep } from '../../node/door.js';
import { parseDriveSpec } from '../../storage/drive-spec.js';
import { Drives } from '../drives.js';
import { ExitStatus } from '../exit-status.js';
import { readGuest } from '../machine.js';
import { checkOptions, type RunOptions } from '../run-options.js';
import { type LockstepCommandOptions, stepCount } from './options.js';
import { LockstepDisplay } from './progress.js';
import { hex, tellResult } from './report.js';

/** The engine that `--translate-all` is for; the others have nothing to translate. */
const TRANSLATING = 'wasm';

/** All regions, each at once and by itself: what one did wrong is not far from where it shows. */
const TRANSLATE_ALL: Translation = {
  threshold: 1,
  eager: true,
  batch: 1,
  patience: 1,
  pause: 1e6,
  tailCalls: false,
};

/**
 * `hartwood lockstep`: compares two engines and says what came of it. The process's exit status.
 *
 * @throws ConfigurationError, ImageError and the like
 */
export async function compareEngines(
  options: LockstepCommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const { cpus, seed = 0n } = checkOptions(asRun(options));
  const engines = options.engines.split(',').map((name) => name.trim());
  const every = stepCount('every', options.every);
  const steps = stepCount('steps', options.steps);
  if (options.translateAll && !engines.includes(TRANSLATING)) {
    throw new ConfigurationError(
      `--translate-all needs the engine ${TRANSLATING}, as in: --engines ${TRANSLATING},ts`,
    );
  }
  await using drives = await Drives.open(options.drive.map(unwritten));
  using display = new LockstepDisplay(process.stderr, engines);
  const result = await lockstep({
    engines,
    vm: {
      guest: await readGuest(asRun(options)),
      memory: options.memory,
      cpus,
      cpu: options.cpu,
      seed,
      drives: drives.disks,
      ...(options.append === undefined ? {} : { append: options.append }),
      fetch: { signal, progress: display.fetching },
    },
    every,
    steps,
    ...(options.translateAll ? { translate: TRANSLATE_ALL } : {}),
    progress: display.report,
    signal,
  });
  display[Symbol.dispose]();
  process.stdout.write(
    options.json ? `${JSON.stringify(result, hexadecimal)}\n` : tellResult(result),
  );
  return result.verdict === 'equal' ? ExitStatus.Ok : ExitStatus.Differ;
}

/** The same machine for `run`, which has the checks. */
function asRun(options: LockstepCommandOptions): RunOptions {
  const idle = {
    copyIn: [],
    copyOut: [],
    input: false,
    translate: true,
    clock: 'virtual',
  } as const;
  return { ...options, ...idle, engine: options.engines };
}

/** The drive, its file to be opened for reading only. */
function unwritten(drive: string): string {
  const { readOnly, overlay } = parseDriveSpec(drive);
  return readOnly || overlay ? drive : `${drive},overlay`;
}

/** Values of 64 bits, for JSON. */
function hexadecimal(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? hex(value) : value;
}
