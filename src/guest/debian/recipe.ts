/** The default guest: Debian's own kernel and busybox for riscv64, fetched from a mirror. */
import { counted } from '../byte-reader.js';
import type { ContentCache, ContentSource, TransferOptions } from '../content-cache.js';
import { GuestError } from '../errors.js';
import { downloadBytes } from '../http.js';
import type { GuestImage } from '../image.js';
import { writeInitramfs } from '../initramfs/contents.js';
import { inLoadOrder, type KernelModule } from '../initramfs/kernel-modules.js';
import { type PackagedFile, unpackDeb } from './deb.js';
import { type Package, PackageIndex } from './packages.js';
import {
  parseRelease,
  pinnedKeys,
  type Release,
  readUnverified,
  verifyInRelease,
} from './release.js';
import { unxz, unxzBytes } from './xz.js';

const SUITE = 'trixie';
const INDEX = 'main/binary-riscv64/Packages.xz';
const KERNEL = 'linux-image-riscv64';
const BUSYBOX = 'busybox-static';
const KEYRING = 'debian-archive-keyring';
const APPEND = 'console=ttyS0';
const NAME = 'debian';

/** Drivers that the kernel does not have built in, with what they need. */
const MODULES = [
  'virtio_mmio',
  'virtio_blk',
  'failover',
  'net_failover',
  'virtio_net',
  'virtio-rng',
];

/** Bytes; it has 140 KB. */
const LARGEST_INRELEASE = 2 ** 22;

export interface DebianOptions extends TransferOptions {
  /** The archive's root, such as `https://deb.debian.org/debian`. */
  readonly mirror: string;
  readonly cache: ContentCache;
  /** The machine's Debian keyrings, if it has any; else the mirror's own is used, if it is pinned. */
  readonly keyring: () => Promise<Uint8Array[]>;
}

/**
 * Fetches, checks, unpacks and assembles the guest. Each file is checked against the suite's index, and
 * that against the archive's signature.
 *
 * @throws GuestError; the signal's reason when it aborts
 */
export async function prepareDebian(options: DebianOptions): Promise<GuestImage> {
  const release = await signedRelease(options);
  const index = await packageIndex(options, release);
  const kernel = index.findKernel(KERNEL);
  const [busybox] = await unpack(options, index.find(BUSYBOX), [/^(usr\/)?bin\/busybox$/]);
  const [image, ...modules] = await unpack(options, kernel.package, [
    /^boot\/vmlinu[xz]-/,
    ...MODULES.map((name) => new RegExp(`^(usr/)?lib/modules/[^/]+/kernel/.*/${name}\\.ko\\.xz$`)),
  ]);
  if (image === undefined || busybox === undefined) throw new TypeError('a pattern without a file');
  const loaded: KernelModule[] = [];
  for (const [i, name] of MODULES.entries()) {
    const packed = modules[i]?.data ?? new Uint8Array(0);
    loaded.push({ name, data: await unxzBytes(packed, `module ${name}`) });
  }
  return {
    name: NAME,
    kernel: image.data,
    initrd: writeInitramfs(busybox.data, inLoadOrder(loaded)),
    append: APPEND,
    release: kernel.release,
  };
}

/**
 * What the guest is made of, except for the packages' own content, as a hash in hexadecimal: another
 * version of this project whose recipe is the same can use the same finished guest.
 */
export async function recipeHash(): Promise<string> {
  const nothing = new Uint8Array(0);
  const frame = writeInitramfs(
    nothing,
    MODULES.map((name) => ({ name, data: nothing })),
  );
  const names = new TextEncoder().encode([NAME, SUITE, INDEX, KERNEL, BUSYBOX, APPEND].join('\n'));
  const whole = new Uint8Array(names.length + frame.length);
  whole.set(names);
  whole.set(frame, names.length);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function signedRelease(options: DebianOptions): Promise<Release> {
  const url = under(options.mirror, `dists/${SUITE}/InRelease`);
  const text = new TextDecoder().decode(
    await downloadBytes(url, LARGEST_INRELEASE, { signal: options.signal }),
  );
  let keys = await pinnedKeys(await options.keyring());
  if (keys.length === 0) keys = await pinnedKeys(await keyringOfMirror(options, text));
  if (keys.length === 0) {
    const message = `neither this machine nor the mirror has a Debian archive key of ${SUITE}`;
    throw new GuestError('guest-signature', message);
  }
  return parseRelease(await verifyInRelease(text, keys), SUITE);
}

/** The keyring as a package of an index that nobody has vouched for: its keys' fingerprints must. */
async function keyringOfMirror(options: DebianOptions, inRelease: string): Promise<Uint8Array[]> {
  const index = await packageIndex(options, await readUnverified(inRelease, SUITE));
  const pattern = /^usr\/share\/keyrings\/debian-archive-keyring\.(gpg|pgp)$/;
  const files = await unpack(options, index.find(KEYRING), [pattern]);
  return files.map(({ data }) => data);
}

async function packageIndex(options: DebianOptions, release: Release): Promise<PackageIndex> {
  const file = release.files.get(INDEX);
  if (file === undefined) {
    throw new GuestError('guest-package', `the Debian mirror's index does not list ${INDEX}`);
  }
  // By its hash first: while a mirror is being updated, the plain name may be another version's.
  const folder = under(options.mirror, `dists/${SUITE}/${INDEX.slice(0, INDEX.lastIndexOf('/'))}`);
  const source: ContentSource = {
    ...file,
    urls: [`${folder}/by-hash/SHA256/${file.sha256}`, `${folder}/Packages.xz`],
    what: 'package index',
  };
  const stream = await cached(options, source);
  const wanted = new Set([KERNEL, BUSYBOX, KEYRING]);
  return await PackageIndex.read(
    unxz(stream, source.what),
    (name) => wanted.has(name) || /^linux-image-\d.*-riscv64$/.test(name),
  );
}

async function unpack(
  options: DebianOptions,
  { name, version, filename, size, sha256 }: Package,
  patterns: readonly RegExp[],
): Promise<PackagedFile[]> {
  const what = `${name} ${version}`;
  const urls = [under(options.mirror, filename)] as const;
  const stream = await cached(options, { sha256, size, urls, what });
  return await unpackDeb(stream, patterns, what);
}

/** A file that is in the cache afterwards, as a stream that reports how far its reading is. */
async function cached(
  options: DebianOptions,
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
