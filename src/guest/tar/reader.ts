import { extract, type Header } from 'tar-stream';
import { GuestError } from '../errors.js';

/** An entry of an archive. */
export interface TarEntry {
  readonly header: Header;
  /** A file's content; to be read before the next entry is asked for, if at all. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

/**
 * The entries of a tar archive as it arrives. The stream is cancelled where reading stops early.
 *
 * @throws GuestError `guest-corrupt` naming `what` if the archive is broken; what the stream throws
 */
export async function* tarEntries(
  stream: ReadableStream<Uint8Array>,
  what: string,
): AsyncGenerator<TarEntry, void> {
  const archive = extract();
  // Where reading stops early, nobody else listens any more.
  archive.on('error', () => undefined);
  const feeding = feed(stream, archive);
  try {
    for await (const entry of archive) {
      yield { header: entry.header, content: () => entry as AsyncIterable<Uint8Array> };
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
