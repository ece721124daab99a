/** A Debian archive on a mirror: its signed index, and files of its packages. */
import { counted } from '../byte-reader.js';
import type { ContentCache, ContentSource, TransferOptions } from '../content-cache.js';
import { GuestError } from '../errors.js';
import { downloadBytes } from '../http.js';
import { openDeb, type PackagedFile, unpackDeb } from './deb.js';
import { type Package, PackageIndex } from './packages.js';
import {
  parseRelease,
  pinnedKeys,
  type Release,
  readUnverified,
  verifyInRelease,
} from './release.js';
import { unxz } from './xz.js';

/** The suite whose archive keys `ARCHIVE_KEYS` pins. */
export const SUITE = 'trixie';
/**
 * Names under which mirrors have it. While one is being updated, a name may lead to an index that is not there yet, and the
 * other still to the whole release before.
 */
const NAMES = [SUITE, 'stable'] as const;
/** The index of packages, below the suite's folder. */
export const INDEX = 'main/binary-riscv64/Packages.xz';
const KEYRING = 'debian-archive-keyring';

/** Bytes; it has 140 KB. */
const LARGEST_INRELEASE = 2 ** 22;

export interface ArchiveOptions extends TransferOptions {
  /** The archive's root: what stands before `/dists/` in its addresses. */
  readonly mirror: string;
  readonly cache: ContentCache;
  /** The machine's Debian keyrings, if it has any; else the mirror's own is used, if it is pinned. */
  readonly keyring: () => Promise<Uint8Array[]>;
}

/**
 * The packages of main for riscv64 whose names `wanted` accepts, by an index that an archive key has
 * signed.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function openArchive(
  options: ArchiveOptions,
  wanted: (name: string) => boolean,
): Promise<PackageIndex> {
  const [name, ...others] = NAMES;
  try {
    return await packageIndex(options, name, await signedRelease(options, name), wanted);
  } catch (error) {
    if (!(error instanceof GuestError) || error.code !== 'guest-network') throw error;
    for (const other of others) {
      try {
        return await packageIndex(options, other, await signedRelease(options, other), wanted);
      } catch (cause) {
        // What is wrong with the first name is what people can do something about.
        if (!(cause instanceof GuestError)) throw cause;
      }
    }
    throw error;
  }
}

/**
 * Chosen files of a package: the first one for each pattern, in the patterns' order.
 *
 * @throws GuestError, `guest-package` if there is none for a pattern; the signal's reason
 */
export async function unpack(
  options: ArchiveOptions,
  pack: Package,
  patterns: readonly RegExp[],
): Promise<PackagedFile[]> {
  const source = sourceOf(options, pack);
  const { what, size } = source;
  const files = await unpackDeb(await cached(options, source), patterns, what);
  // It may have ended early.
  options.progress?.({ step: 'unpack', what, done: size, total: size });
  return files;
}

/**
 * Sees to it that a package is in the cache.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function fetchPackage(options: ArchiveOptions, pack: Package): Promise<void> {
  const { progress, signal } = options;
  await options.cache.fetch(sourceOf(options, pack), { progress, signal });
}

/**
 * One of the two archives of a package, unpacked as it is read. It must be read to its end or cancelled
 * before the next one is opened.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function openPackage(
  options: ArchiveOptions,
  pack: Package,
  part: 'data' | 'control',
): Promise<ReadableStream<Uint8Array>> {
  const source = sourceOf(options, pack);
  const quiet = { ...options, progress: undefined };
  return await openDeb(await cached(part === 'data' ? options : quiet, source), part, source.what);
}

function sourceOf(options: ArchiveOptions, pack: Package): ContentSource {
  const { name, version, filename, size, sha256 } = pack;
  return { sha256, size, urls: [under(options.mirror, filename)], what: `${name} ${version}` };
}

async function signedRelease(options: ArchiveOptions, name: string): Promise<Release> {
  const url = under(options.mirror, `dists/${name}/InRelease`);
  const text = new TextDecoder().decode(
    await downloadBytes(url, LARGEST_INRELEASE, { signal: options.signal }),
  );
  let keys = await pinnedKeys(await options.keyring());
  if (keys.length === 0) keys = await pinnedKeys(await keyringOfMirror(options, name, text));
  if (keys.length === 0) {
    const message = `neither this machine nor the mirror has a Debian archive key of ${SUITE}`;
    throw new GuestError('guest-signature', message);
  }
  return parseRelease(await verifyInRelease(text, keys), SUITE);
}

/** The keyring as a package of an index that nobody has vouched for: its keys' fingerprints must. */
async function keyringOfMirror(
  options: ArchiveOptions,
  name: string,
  inRelease: string,
): Promise<Uint8Array[]> {
  const index = await packageIndex(
    options,
    name,
    await readUnverified(inRelease, SUITE),
    (packed) => packed === KEYRING,
  );
  const pattern = /^usr\/share\/keyrings\/debian-archive-keyring\.(gpg|pgp)$/;
  const files = await unpack(options, index.find(KEYRING), [pattern]);
  return files.map(({ data }) => data);
}

async function packageIndex(
  options: ArchiveOptions,
  name: string,
  release: Release,
  wanted: (name: string) => boolean,
): Promise<PackageIndex> {
  const file = release.files.get(INDEX);
  if (file === undefined) {
    throw new GuestError('guest-package', `the Debian mirror's index does not list ${INDEX}`);
  }
  // By its hash first: while a mirror is being updated, the plain name may be another version's.
  const folder = under(options.mirror, `dists/${name}/${INDEX.slice(0, INDEX.lastIndexOf('/'))}`);
  const source: ContentSource = {
    ...file,
    urls: [`${folder}/by-hash/SHA256/${file.sha256}`, `${folder}/Packages.xz`],
    what: 'package index',
  };
  const stream = await cached(options, source);
  return await PackageIndex.read(unxz(stream, source.what), wanted);
}

/** A file that is in the cache afterwards, as a stream that reports how far its reading is. */
async function cached(
  options: ArchiveOptions,
  source: ContentSource,
): Promise<ReadableStream<Uint8Array>> {
  const { cache, progress, signal } = options;
  await cache.fetch(source, { progress, signal });
  const { what, size: total } = source;
  return counted(await cache.read(source), (done) => {
    signal?.throwIfAborted();
    progress?.({ step: 'unpack', what, done, total });
  });
}

function under(mirror: string, path: string): string {
  // A "+" in a version is no space.
  return `${mirror.replace(/\/+$/, '')}/${path.replaceAll('+', '%2B')}`;
}
