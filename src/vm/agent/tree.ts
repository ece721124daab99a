import { AgentError, ConfigurationError } from '../../core/errors.js';
import { GuestError } from '../../guest/errors.js';
import { tarEntries } from '../../guest/tar/reader.js';
import { type TarHeader, tarEnd, tarHeader, tarPadding } from '../../guest/tar/writer.js';
import type { WaitOptions } from '../waits.js';
import { Collector } from './collector.js';
import type { GuestCommands } from './commands.js';

/** A file of a tree that is copied. Folders stand before what is in them. */
export interface TreeEntry {
  /** From the tree's root, without a leading slash and without `..`; the root itself is '.'. */
  readonly path: string;
  /** A 'link' is another name of an entry before, its target. */
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** When the content last changed, in milliseconds since 1970. */
  readonly modified: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Of a 'symlink' its text, of a 'link' a path in the tree. */
  readonly target?: string;
  /** A file's content; of a copy out to be read before the next entry is asked for, if at all. */
  readonly content?: () => AsyncIterable<Uint8Array>;
}

/** How much of what `tar` complains about an error quotes. */
const LAST_WORDS = 300;

/**
 * What is in a folder of the guest, or one file of it, by the guest's `tar`. A path that is a symbolic link
 * stands for what it points to; links within a folder are entries. Devices, sockets and pipes are left out. Whoever writes the entries into files must not follow links that it made itself from
 * them: a guest is not to be trusted with where they lead.
 *
 * @throws GuestFileError if the path is not there, AgentError with what `tar` says if it fails, or if what it
 *   sends is no archive; what `spawn` throws. So do the contents.
 */
export async function* copyOut(
  guest: GuestCommands,
  path: string,
  options: WaitOptions = {},
): AsyncGenerator<TreeEntry, void> {
  const { type } = await guest.files.stat(path, options);
  const slash = path.replace(/\/+$/, '').lastIndexOf('/');
  const process =
    type === 'directory'
      ? guest.spawn('exec tar -cf - .', { ...options, cwd: path })
      : guest.spawn('exec tar -chf - "./$HARTWOOD_NAME"', {
          ...options,
          cwd: slash < 0 ? '.' : path.slice(0, slash + 1),
          env: { HARTWOOD_NAME: path.slice(slash + 1) },
        });
  void process.stdin.close();
  const complaint = lastWords(process.stderr);
  let status: number | undefined;
  const ended = process.status.then((number) => {
    status = number;
  });
  ended.catch(() => {});
  // An archive ends early because its `tar` did, and that says why.
  const explain = async (error: unknown): Promise<unknown> => {
    if (status !== undefined && status !== 0) {
      return tarError(`copy '${path}' out of`, status, await complaint);
    }
    if (!(error instanceof GuestError)) return error;
    return new AgentError(`cannot copy '${path}' out of the guest: ${error.message}`, {
      cause: error,
    });
  };
  try {
    for await (const { header, content } of tarEntries(process.stdout, `'${path}' in the guest`)) {
      const common = {
        path: within(header.name),
        mode: header.mode ?? 0,
        modified: header.mtime?.getTime() ?? 0,
        size: header.size ?? 0,
      };
      const target = header.linkname ?? '';
      if (header.type === 'directory') yield { ...common, type: 'directory' };
      else if (header.type === 'symlink') yield { ...common, type: 'symlink', target };
      else if (header.type === 'link') yield { ...common, type: 'link', target: within(target) };
      else if (header.type === 'file') {
        yield { ...common, type: 'file', content: () => contentOf(content(), explain) };
      }
    }
    await ended;
    if (status !== 0) throw await explain(undefined);
  } catch (error) {
    throw await explain(error);
  } finally {
    process.kill(SIGKILL);
  }
}

async function* contentOf(
  content: AsyncIterable<Uint8Array>,
  explain: (error: unknown) => Promise<unknown>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* content;
  } catch (error) {
    throw await explain(error);
  }
}

const SIGKILL = 9;

/**
 * Writes a tree into a folder of the guest, by the guest's `tar`; the folder is made if it is not there.
 * What was written before a failure stays.
 *
 * @throws AgentError if the guest cannot write it, ConfigurationError for an entry that cannot be, what
 * `exec` throws
 */
export async function copyIn(
  guest: GuestCommands,
  folder: string,
  entries: Iterable<TreeEntry> | AsyncIterable<TreeEntry>,
  options: WaitOptions = {},
): Promise<void> {
  const { status, stderr } = await guest.exec(
    'mkdir -p -- "$HARTWOOD_FOLDER" && cd -- "$HARTWOOD_FOLDER" && exec tar -xpf -',
    { ...options, env: { HARTWOOD_FOLDER: folder }, stdin: streamFrom(archive(entries)) },
  );
  if (status !== 0) throw tarError(`copy to '${folder}' in`, status, stderr);
}

async function* archive(
  entries: Iterable<TreeEntry> | AsyncIterable<TreeEntry>,
): AsyncGenerator<Uint8Array, void> {
  for await (const { path, type, mode, modified, size, target, content } of entries) {
    if (path === '.') continue;
    const header: TarHeader = {
      ...{ path, type, mode, time: Math.floor(modified / 1000) },
      ...(type === 'file' ? { size } : {}),
      ...(target === undefined ? {} : { target }),
    };
    yield tarHeader(header);
    if (type !== 'file') continue;
    let written = 0;
    for await (const bytes of content?.() ?? []) {
      written += bytes.length;
      if (written > size) break;
      yield bytes;
    }
    if (written !== size) {
      // The archive would be misread from here on.
      const what = written > size ? 'more' : `only ${written}`;
      throw new ConfigurationError(`'${path}' was to have ${size} bytes, but it has ${what}`);
    }
    yield tarPadding(size);
  }
  yield tarEnd();
}

/** A path as it may stand in an entry. @throws AgentError for one that leads out of the tree. */
function within(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..')) {
    throw new AgentError(`the guest's tar named '${path}', which is not within what is copied`);
  }
  return parts.length === 0 ? '.' : parts.join('/');
}

function streamFrom(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await pieces.return();
    },
  });
}

async function lastWords(stream: ReadableStream<Uint8Array>): Promise<string> {
  const words = new Collector();
  try {
    for await (const bytes of stream) if (words.length < LAST_WORDS) words.add(bytes);
  } catch {
    // Why the command was lost is told by its status.
  }
  return new TextDecoder().decode(words.toBytes());
}

function tarError(what: string, status: number, complaint: string): AgentError {
  const words = complaint.trim().split('\n').at(-1)?.slice(0, LAST_WORDS);
  return new AgentError(`cannot ${what} the guest: ${words || `tar ended with status ${status}`}`);
}
