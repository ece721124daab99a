/** Unpacking of chosen files of a Debian package, streaming: a kernel's has 110 MB. */
import { extract } from 'tar-stream';
import { openArMember } from '../ar.js';
import { readAll } from '../byte-reader.js';
import { GuestError } from '../errors.js';
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
  const member = await openArMember(deb, (name) => name.startsWith('data.tar'));
  if (member?.name !== 'data.tar.xz') {
    await member?.data.cancel();
    const message = `${what} has ${member?.name ?? 'no data'} where data.tar.xz was expected`;
    throw new GuestError('guest-corrupt', message);
  }
  const found = new Map<RegExp, PackagedFile>();
  for await (const { path, size, content } of tarFiles(unxz(member.data, what), what)) {
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

interface TarFile {
  readonly path: string;
  readonly size: number;
  /** The content; to be read before the next file is asked for, if at all. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

async function* tarFiles(
  stream: ReadableStream<Uint8Array>,
  what: string,
): AsyncGenerator<TarFile, void> {
  const archive = extract();
  // Where reading stops early, nobody else listens any more.
  archive.on('error', () => undefined);
  const feeding = feed(stream, archive);
  try {
    for await (const entry of archive) {
      const { name, size, type } = entry.header;
      if (type === 'file') {
        const content = (): AsyncIterable<Uint8Array> => entry as AsyncIterable<Uint8Array>;
        yield { path: name.replace(/^\.\//, ''), size: size ?? 0, content };
      }
      entry.resume();
    }
  } catch (cause) {
    const failure = await feeding;
    if (failure !== undefined) throw failure.error;
    throw new GuestError('guest-corrupt', `${what} holds a broken tar archive`, { cause });
  } finally {
    archive.destroy();
    await feeding;
  }
}

/**
 * Pushes the stream into the archive until one of them ends; cancels the stream if it is left early.
 * Returns what the stream failed with, if it did.
 */
async function feed(
  stream: ReadableStream<Uint8Array>,
  archive: ReturnType<typeof extract>,
): Promise<{ error: unknown } | undefined> {
  try {
    for await (const chunk of stream) {
      if (archive.destroyed) return undefined;
      if (!archive.write(chunk)) await drained(archive);
    }
    archive.end(null);
    return undefined;
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    return { error };
  }
}

function drained(archive: ReturnType<typeof extract>): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      archive.off('drain', go);
      archive.off('close', go);
      resolve();
    };
    archive.on('drain', go);
    archive.on('close', go);
  });
}
