import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Debian's suite whose QEMU is the oracle, and the package that holds it. */
const SUITE = 'trixie';
const PACKAGE = 'qemu-system-riscv';

/** The oracle's program cannot be had; the message says what is missing and what would help. */
export class OracleUnavailableError extends Error {
  override readonly name = 'OracleUnavailableError';
}

/** How to start a QEMU: a program and the arguments that come before QEMU's own. */
export interface QemuCommand {
  readonly program: string;
  readonly prefix: readonly string[];
}

/**
 * Debian's QEMU from a folder of its own in the cache: fetched by package name with all its libraries
 * when it is not there yet. The machine's packages and lists stay as they are: apt works on a private root,
 * and checks the archive's signature as always.
 *
 * @throws OracleUnavailableError without apt, dpkg-deb, a mirror or the network
 */
export async function packagedQemu(): Promise<QemuCommand> {
  const cache = join(
    process.env.HARTWOOD_CACHE ??
      join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hartwood'),
    'oracle',
  );
  await mkdir(cache, { recursive: true });
  const present = (await readdir(cache)).filter((name) => /^qemu-\d/.test(name)).sort();
  const folder = present.at(-1);
  return commandIn(folder === undefined ? await fetchInto(cache) : join(cache, folder));
}

/** The packages' own loader starts the program, so that the machine's libraries do not matter. */
async function commandIn(folder: string): Promise<QemuCommand> {
  const libraries: string[] = [];
  for (const place of ['usr/lib', 'lib']) {
    const path = join(folder, place);
    if (!existsSync(path)) continue;
    for (const name of await readdir(path)) {
      if (/-linux-gnu\w*$/.test(name)) libraries.push(join(path, name));
    }
  }
  for (const library of libraries) {
    const loader = (await readdir(library)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
    if (loader === undefined) continue;
    return {
      program: join(library, loader),
      prefix: [
        '--library-path',
        libraries.join(':'),
        join(folder, 'usr/bin/qemu-system-riscv64'),
        '-L',
        join(folder, 'usr/share/qemu'),
      ],
    };
  }
  throw new OracleUnavailableError(
    `${folder} holds no dynamic loader: remove it to fetch it again`,
  );
}

async function fetchInto(cache: string): Promise<string> {
  const work = await mkdtemp(join(cache, 'fetching-'));
  try {
    const apt = await privateApt(work);
    await apt('update');
    await apt('--download-only', '--no-install-recommends', '--yes', 'install', PACKAGE);
    const root = join(work, 'root');
    const archives = (await readdir(join(work, 'archives'))).filter((name) => /\.deb$/.test(name));
    const version = archives.map(
      (name) => name.match(/^qemu-system-riscv_(?:\d+%3a)?([\d.]+)/)?.[1],
    );
    for (const name of archives) {
      await execute('dpkg-deb', ['--extract', join(work, 'archives', name), root]);
    }
    const folder = join(cache, `qemu-${version.find((found) => found !== undefined) ?? '0'}`);
    // Another process may have finished first; its folder is as good.
    await rename(root, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } catch (error) {
    if (error instanceof OracleUnavailableError) throw error;
    const { stderr, message } = error as Error & { stderr?: string };
    const cause = (stderr?.trim() || message).split('\n').at(-1);
    throw new OracleUnavailableError(`could not fetch ${PACKAGE} from Debian ${SUITE}: ${cause}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `apt-get` on lists, status and archives inside `work`. */
async function privateApt(work: string): Promise<(...args: string[]) => Promise<void>> {
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'archives', 'partial'), { recursive: true });
  await writeFile(join(work, 'status'), '');
  await writeFile(join(work, 'sources.list'), `deb ${await mirror()} ${SUITE} main\n`);
  const settings = [
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::State::status=${join(work, 'status')}`,
    `Dir::State::extended_states=${join(work, 'extended_states')}`,
    `Dir::Cache=${work}`,
    `Dir::Cache::archives=${join(work, 'archives')}`,
    `Dir::Etc::SourceList=${join(work, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    'Dir::Etc::PreferencesParts=/dev/null',
    'Acquire::Languages=none',
    // The unprivileged download user could not write into a private folder.
    `APT::Sandbox::User=${process.env.USER ?? 'root'}`,
  ].flatMap((setting) => ['-o', setting]);
  return async (...args) => {
    await execute('apt-get', [...settings, '--quiet', ...args], { maxBuffer: 1 << 26 });
  };
}

/** The Debian mirror to use: HARTWOOD_DEBIAN_MIRROR, else the one this machine's apt uses. */
async function mirror(): Promise<string> {
  const named = process.env.HARTWOOD_DEBIAN_MIRROR;
  if (named !== undefined && named !== '') return named;
  const targets = await execute('apt-get', ['indextargets', '--format', '$(REPO_URI)']).catch(
    () => ({ stdout: '' }),
  );
  const found = targets.stdout
    .split('\n')
    .find((uri) => basename(uri.replace(/\/+$/, '')) === 'debian');
  if (found !== undefined) return found;
  throw new OracleUnavailableError(
    'no Debian mirror is known: this machine has no apt source for Debian; set HARTWOOD_DEBIAN_MIRROR to one',
  );
}
