import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeEntry } from '../../vm/agent/tree.js';
import { onFile } from './copy-error.js';

/** What a file or folder of this machine is, links not followed. @throws CopyError if it is not there */
export function localStat(path: string): Promise<Stats> {
  return onFile(path, 'read', () => lstat(path));
}

/**
 * A file or folder of this machine, with all that is in it, as a tree's entries; `name` is the root's, ''
 * for a folder whose content is wanted. Symbolic links stay links. What is neither file, folder nor link
 * is left out, and told to `onLeftOut`.
 *
 * @throws CopyError
 */
export async function* localTree(
  path: string,
  name: string,
  onLeftOut: (path: string) => void,
): AsyncGenerator<TreeEntry, void> {
  const found = await localStat(path);
  const common = { path: name === '' ? '.' : name, mode: found.mode & 0o7777, size: 0 };
  const modified = found.mtimeMs;
  if (found.isFile()) {
    const content = () => contentOf(path, found.size);
    yield { ...common, type: 'file', modified, size: found.size, content };
  } else if (found.isSymbolicLink()) {
    const target = await onFile(path, 'read', () => readlink(path));
    yield { ...common, type: 'symlink', modified, target };
  } else if (found.isDirectory()) {
    yield { ...common, type: 'directory', modified };
    const names = await onFile(path, 'read', () => readdir(path));
    for (const entry of names.sort()) {
      const inside = name === '' ? entry : `${name}/${entry}`;
      yield* localTree(join(path, entry), inside, onLeftOut);
    }
  } else {
    onLeftOut(path);
  }
}

/** The bytes that a file had when it was looked at: it may be growing. */
async function* contentOf(path: string, size: number): AsyncGenerator<Uint8Array, void> {
  if (size === 0) return;
  const stream = createReadStream(path, { end: size - 1, highWaterMark: 256 * 1024 });
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await onFile(path, 'read', () => pieces.next());
      if (done) return;
      yield value;
    }
  } finally {
    stream.destroy();
  }
}
