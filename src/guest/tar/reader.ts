import type { Extract, Header } from 'tar-stream';
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
 * @throws GuestError `guest-corrupt` naming `what` if the archive is broken; what the stream throws. So do
 *   the contents.
 */
export async function* tarEntries(
  stream: ReadableStream<Uint8Array>,
  what: string,
): AsyncGenerator<TarEntry, void> {
  // Loaded when it is needed: that takes as long as all else that a program with a VM begins with.
  const { extract } = await import('tar-stream');
  const archive = extract();
  // Where reading stops early, nobody else listens any more.
  archive.on('error', () => undefined);
  const reader = stream.getReader();
  const feeding = feed(reader, archive);
  // A stream that waits for its next bytes is not awaited: it may never have any.
  const stop = async () => {
    archive.destroy();
    await reader.cancel().catch(() => undefined);
    return await feeding;
  };
  const explain = async (cause: unknown): Promise<unknown> => {
    const failure = await stop();
    if (failure !== undefined) return failure.error;
    return new GuestError('guest-corrupt', `${what} holds a broken tar archive`, { cause });
  };
  try {
    for await (const entry of archive) {
      yield {
        header: entry.header,
        content: () => contentOf(entry as AsyncIterable<Uint8Array>, explain),
      };
      entry.resume();
    }
  } catch (cause) {
    throw await explain(cause);
  } finally {
    await stop();
    reader.releaseLock();
  }
}

async function* contentOf(
  entry: AsyncIterable<Uint8Array>,
  explain: (cause: unknown) => Promise<unknown>,
): AsyncGenerator<Uint8Array, void> {
  // Not by `for await`: where that is left early it destroys the entry, and the archive with it.
  const iterator = entry[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next().catch(async (cause: unknown) => {
      throw await explain(cause);
    });
    if (done) return;
    yield value;
  }
}

/** Pushes a stream into the archive until one of them ends. Returns what the stream failed with, if it did. */
async function feed(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  archive: Extract,
): Promise<{ error: unknown } | undefined> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (archive.destroyed) return undefined;
      if (done) break;
      if (!archive.write(value)) await drained(archive);
    }
    archive.end(null);
    return undefined;
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    return { error };
  }
}

function drained(archive: Extract): Promise<void> {
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
