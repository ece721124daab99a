import type { Stats } from 'node:fs';
import { chmod, link, lstat, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TreeEntry } from '../../vm/agent/tree.js';
import { CopyError, onFile } from './copy-error.js';

/** Permissions that are taken over: what a guest marks as setuid is nobody's here. */
const PERMISSIONS = 0o777;

/**
 * Writes a guest's entries to a path of this machine: a folder's entries into it, a file's as it.
 *
 * A guest chooses the names and the targets of links. Entries lie within the path by their names
 * (`copyOut` sees to it); and nothing is written through a symbolic link within it: those of the guest
 * are made last, and one that is there already ends the copy.
 */
export class TreeWriter {
  readonly #root: string;
  readonly #checked = new Set<string>();
  readonly #links: { readonly path: string; readonly target: string }[] = [];
  readonly #folders: { readonly path: string; readonly entry: TreeEntry }[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Takes the next entry; `path` is its own below the root, '.' the root itself. @throws CopyError */
  async add(entry: TreeEntry, path = entry.path): Promise<void> {
    const at = path === '.' ? this.#root : join(this.#root, path);
    if (path !== '.') await this.#checkParents(path);
    await onFile(at, 'written', () => this.#write(entry, at));
  }

  /** Makes the links, and gives folders their permissions and times. @throws CopyError */
  async finish(): Promise<void> {
    for (const { path, target } of this.#links) {
      await onFile(path, 'written', async () => {
        await makeRoom(path);
        await symlink(target, path);
      });
    }
    // From the inside out: a folder that may not be written gets its permissions after what is in it.
    for (const { path, entry } of this.#folders.reverse()) {
      await onFile(path, 'written', async () => {
        await chmod(path, entry.mode & PERMISSIONS);
        await utimes(path, seconds(entry), seconds(entry));
      });
    }
  }

  async #write(entry: TreeEntry, at: string): Promise<void> {
    switch (entry.type) {
      case 'directory':
        if (!(await statOf(at))?.isDirectory()) {
          await makeRoom(at);
          await mkdir(at);
        }
        this.#folders.push({ path: at, entry });
        return;
      case 'symlink':
        this.#links.push({ path: at, target: entry.target ?? '' });
        return;
      case 'link': {
        const target = entry.target ?? '';
        await this.#checkParents(target);
        await makeRoom(at);
        return await link(join(this.#root, target), at);
      }
      case 'file':
        await makeRoom(at);
        return await writeFile(entry, at);
    }
  }

  /** Sees to it that the folders above a path are there, and are folders. */
  async #checkParents(path: string): Promise<void> {
    const parent = dirname(path);
    if (parent === '.' || this.#checked.has(parent)) return;
    await this.#checkParents(parent);
    const at = join(this.#root, parent);
    const found = await onFile(at, 'looked at', () => statOf(at));
    if (found === undefined) await onFile(at, 'made', () => mkdir(at));
    else if (!found.isDirectory()) {
      const what = found.isSymbolicLink() ? 'a symbolic link' : 'no folder';
      throw new CopyError(`'${at}' is ${what}: nothing is written through it`);
    }
    this.#checked.add(parent);
  }
}

async function writeFile(entry: TreeEntry, at: string): Promise<void> {
  // There is nothing any more, so that nothing is followed.
  const file = await open(at, 'wx', entry.mode & PERMISSIONS);
  try {
    for await (const bytes of entry.content?.() ?? []) {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done)).bytesWritten;
      }
    }
    await file.chmod(entry.mode & PERMISSIONS);
    await file.utimes(seconds(entry), seconds(entry));
  } finally {
    await file.close();
  }
}

/** Removes what stands where an entry is to be, but for a folder. */
async function makeRoom(at: string): Promise<void> {
  const found = await statOf(at);
  if (found === undefined) return;
  if (found.isDirectory()) throw new CopyError(`'${at}' is a folder, and a file is to be there`);
  await rm(at);
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function seconds(entry: TreeEntry): number {
  return entry.modified / 1000;
}
