import { type ArchiveOptions, openArchive, unpack } from '../../../src/guest/debian/archive.js';
import { tarEnd, tarHeader, tarPadding } from '../../../src/guest/tar/writer.js';
import { FileCache } from '../../../src/node/file-cache.js';
import { debianKeyrings } from '../../../src/node/keyring.js';
import { debianMirror } from '../../../src/node/mirror.js';
import { UnavailableError } from '../../errors.js';
import type { BenchMachine } from '../../machines/machine.js';

/** Where the programs are kept in the cache, made once: another list of them wants another name. */
const REF = 'bench-programs-1';
const FOLDER = '/tmp/packages';
const LOADER = 'ld-linux-riscv64-lp64d.so.1';

/** The programs and what they are linked with, package by package, by the names that the loader looks for. */
const FILES: readonly (readonly [owner: string, name: string, pattern: RegExp])[] = [
  ['7zip-standalone', '7zz', /^usr\/lib\/7zip\/7zz$/],
  ['openssl', 'openssl', /^usr\/bin\/openssl$/],
  ['libssl3t64', 'libssl.so.3', /\/libssl\.so\.3$/],
  ['libssl3t64', 'libcrypto.so.3', /\/libcrypto\.so\.3$/],
  ['zlib1g', 'libz.so.1', /\/libz\.so\.1\.[\d.]+$/],
  ['libzstd1', 'libzstd.so.1', /\/libzstd\.so\.1\.[\d.]+$/],
  ['libstdc++6', 'libstdc++.so.6', /\/libstdc\+\+\.so\.6\.[\d.]+$/],
  ['libgcc-s1', 'libgcc_s.so.1', /\/libgcc_s\.so\.1$/],
  ['libc6', 'libm.so.6', /\/libm\.so\.6$/],
  ['libc6', 'libc.so.6', /\/libc\.so\.6$/],
  ['libc6', LOADER, /\/ld-linux-riscv64-lp64d\.so\.1$/],
];

/** The beginning of a command that runs one of the programs, where `installPrograms` has put them. */
export const packaged = (name: '7zz' | 'openssl'): string =>
  `${FOLDER}/${LOADER} --library-path ${FOLDER} ${FOLDER}/${name}`;

/** Guests that have the programs. */
const installed = new WeakSet<BenchMachine>();

/**
 * Brings Debian's `7zz` and `openssl` into a guest, once: unpacked but not installed, so that a guest
 * which has only busybox runs them.
 *
 * @throws UnavailableError if they are not cached and cannot be fetched
 */
export async function installPrograms(machine: BenchMachine): Promise<void> {
  if (installed.has(machine)) return;
  const { status, stderr } = await machine.agent.exec(
    `mkdir -p ${FOLDER} && exec tar -xf - -C ${FOLDER}`,
    { stdin: await archive() },
  );
  if (status !== 0) throw new Error(`tar ended with ${status} on ${machine.engine}: ${stderr}`);
  installed.add(machine);
}

async function archive(): Promise<Uint8Array> {
  const cache = new FileCache();
  const hash = (await cache.ref(REF))?.trim();
  const known = hash === undefined ? undefined : await cache.load(hash);
  if (known !== undefined) return known;
  try {
    const options = { mirror: await debianMirror(), cache, keyring: debianKeyrings };
    const made = await fetchPrograms(options);
    await cache.setRef(REF, `${await cache.put(made)}\n`);
    return made;
  } catch (cause) {
    const message = `Debian's 7zz and openssl cannot be had: ${(cause as Error).message}`;
    throw new UnavailableError(message, { cause });
  }
}

/** The files as a tar archive. @throws GuestError */
async function fetchPrograms(options: ArchiveOptions): Promise<Uint8Array> {
  const owners = new Set(FILES.map(([owner]) => owner));
  const index = await openArchive(options, (name) => owners.has(name));
  const pieces: Uint8Array[] = [];
  for (const owner of owners) {
    const wanted = FILES.filter(([name]) => name === owner);
    const files = await unpack(
      options,
      index.find(owner),
      wanted.map(([, , pattern]) => pattern),
    );
    for (const [i, { data }] of files.entries()) {
      const path = wanted[i]?.[1] ?? '';
      pieces.push(tarHeader({ type: 'file', path, mode: 0o755, size: data.length }));
      pieces.push(data, tarPadding(data.length));
    }
  }
  pieces.push(tarEnd());
  return new Uint8Array(Buffer.concat(pieces));
}
