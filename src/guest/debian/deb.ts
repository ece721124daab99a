/** Unpacking of chosen files of a Debian package, streaming: a kernel's has 110 MB. */
import { openArMember } from '../ar.js';
import { readAll } from '../byte-reader.js';
import { GuestError } from '../errors.js';
import { tarEntries } from '../tar/reader.js';
import { unxz } from './xz.js';

/** A file of a package; the path is without a leading `./`. */
export interface PackagedFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Larger files are none that the recipe wants. */
const LARGEST = 256 * 2 ** 20;

/**
 * The first regular file for each pattern, in the patterns' order. Reading stops when all are found.
 *
 * @throws GuestError `guest-package` if one is missing, `guest-corrupt` if the package is broken
 */
export async function unpackDeb(
  deb: ReadableStream<Uint8Array>,
  patterns: readonly RegExp[],
  what: string,
): Promise<PackagedFile[]> {
  const found = new Map<RegExp, PackagedFile>();
  for await (const { header, content } of tarEntries(await openDeb(deb, 'data', what), what)) {
    if (header.type !== 'file') continue;
    const path = header.name.replace(/^\.\//, '');
    const size = header.size ?? 0;
    const pattern = patterns.find((candidate) => !found.has(candidate) && candidate.test(path));
    if (pattern === undefined || size > LARGEST) continue;
    found.set(pattern, { path, data: await readAll(content()) });
    if (found.size === patterns.length) break;
  }
  return patterns.map((pattern) => {
    const file = found.get(pattern);
    if (file !== undefined) return file;
    throw new GuestError('guest-package', `${what} has no file that matches ${pattern.source}`);
  });
}

/**
 * One of a package's two tar archives, unpacked: its files, or what dpkg is to know and do about them.
 *
 * @throws GuestError `guest-corrupt` if the package has none that is compressed with xz
 */
export async function openDeb(
  deb: ReadableStream<Uint8Array>,
  part: 'data' | 'control',
  what: string,
): Promise<ReadableStream<Uint8Array>> {
  const member = await openArMember(deb, (name) => name.startsWith(`${part}.tar`));
  if (member?.name === `${part}.tar.xz`) return unxz(member.data, what);
  await member?.data.cancel();
  const message = `${what} has ${member?.name ?? `no ${part}`} where ${part}.tar.xz was expected`;
  throw new GuestError('guest-corrupt', message);
}
