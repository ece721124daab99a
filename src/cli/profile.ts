import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../core/errors.js';
import type { Profile } from '../profile/profile.js';
import type { ProfileOptions, Profiler } from '../profile/profiler.js';
import { startProfile } from '../profile/start.js';
import { parseSymbols } from '../profile/symbol-file.js';
import type { Vm } from '../vm/vm.js';
import { placeTrouble, readInputFile } from './input-file.js';
import { profileReport } from './profile-report.js';
import type { RunOptions } from './run-options.js';

/** The profile that `--profile` asks for. The file that it goes to is open, so that no run is in vain. */
export class ProfileRun implements AsyncDisposable {
  readonly #profiler: Profiler;
  readonly #path: string | undefined;
  readonly #file: FileHandle | undefined;
  readonly #json: boolean;

  private constructor(
    profiler: Profiler,
    path: string | undefined,
    file: FileHandle | undefined,
    json: boolean,
  ) {
    this.#profiler = profiler;
    this.#path = path;
    this.#file = file;
    this.#json = json;
  }

  /**
   * Begins the profile of a VM that has not started; undefined if none is asked for.
   *
   * @param seed where the choice of samples begins
   * @throws ImageError for a wrong file of `--symbols`; ConfigurationError for a file that cannot be written
   */
  static async start(
    vm: Vm,
    { profile, symbols, json }: RunOptions,
    seed: bigint | undefined,
  ): Promise<ProfileRun | undefined> {
    if (profile === undefined) return undefined;
    const options: ProfileOptions = {
      ...(seed === undefined ? {} : { seed: Number(BigInt.asIntN(32, seed)) }),
      ...(symbols === undefined
        ? {}
        : {
            symbols: parseSymbols(await readInputFile(symbols, 'symbols'), `symbols '${symbols}'`),
          }),
    };
    const path = profile === true ? undefined : profile;
    const file = path === undefined ? undefined : await openOutput(path);
    return new ProfileRun(await startProfile(vm, options), path, file, json === true);
  }

  /**
   * Ends the profile and writes it: to its file, or as text to standard error. With `--json` and without a
   * file it is what the summary has as `profile`.
   *
   * @throws ConfigurationError if the file cannot be written
   */
  async finish(): Promise<{ readonly profile?: Profile }> {
    const profile = this.#profiler.finish();
    if (this.#file === undefined) {
      if (this.#json) return { profile };
      process.stderr.write(`\n${profileReport(profile)}`);
      return {};
    }
    try {
      await this.#file.writeFile(
        this.#json ? `${JSON.stringify(profile)}\n` : profileReport(profile),
      );
    } catch (cause) {
      throw cannotWrite(this.#path ?? '', cause);
    }
    return {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

/**
 * Refuses a guest's name where a file is meant: `--profile web` would boot Debian, and write into `web`.
 *
 * @throws ConfigurationError
 */
export async function checkProfileFile({ guest, profile }: RunOptions): Promise<void> {
  if (guest !== undefined || typeof profile !== 'string' || profile.includes('/')) return;
  const { GUEST_FILES, guestsDirectory } = await import('../node/guests/guest-folder.js');
  const { isThere } = await import('../node/guests/list.js');
  if (!(await isThere(join(guestsDirectory(), profile, GUEST_FILES.manifest)))) return;
  throw new ConfigurationError(
    `--profile '${profile}' names a file, and a guest is called so; right would be 'run ${profile} --profile', or --profile=./${profile}`,
  );
}

async function openOutput(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(`--profile '${path}' cannot be written: ${placeTrouble(cause)}`, {
    cause,
  });
}
