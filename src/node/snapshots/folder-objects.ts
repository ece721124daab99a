import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { mkdir, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { SnapshotError } from '../../core/errors.js';
import { PACKS, SNAPSHOTS } from '../../snapshot/format.js';
import type { ClaimUse, ObjectStore, ObjectWriter } from '../../snapshot/object-store.js';
import { Descriptor, writeAll } from './descriptor.js';
import { StoreClaims } from './store-claims.js';
import { syncFolder } from './sync-folder.js';
import { hasCode, storeTrouble } from './trouble.js';

const [close, fsync, open] = [promisify(fs.close), promisify(fs.fsync), promisify(fs.open)];

/** What is not committed yet. */
const PARTIAL = 'partial';
const CLAIMS = 'claims';
/** Packs that stay open: a page that is wanted now is not to wait for that. */
const OPEN_PACKS = 64;

/**
 * Objects as files of a folder, which any number of processes use:
 *
 *     snapshots/<id>   packs/<id>     whole, durable, never changed
 *     partial/<uuid>                  being written, or left by one that died
 *     claims/<uuid>.<use>             who writes or collects
 *
 * An object appears by write, fsync, rename, fsync of its folder.
 */
export class FolderObjects implements ObjectStore {
  readonly name: string;
  readonly #claims: StoreClaims;
  readonly #open = new Map<string, Promise<Descriptor>>();
  /** Files in `partial` that this instance writes. */
  readonly #writing = new Set<string>();
  #closed = false;

  private constructor(path: string) {
    this.name = path;
    this.#claims = new StoreClaims(join(path, CLAIMS), path, true);
  }

  /** @throws SnapshotError 'missing' if there is no store and none is to be made, 'store' if it cannot be */
  static async open(path: string, create: boolean): Promise<FolderObjects> {
    try {
      if (create) {
        for (const folder of [SNAPSHOTS, PACKS]) {
          await mkdir(join(path, folder), { recursive: true });
        }
        await syncFolder(path);
        await syncFolder(dirname(path));
      } else {
        for (const folder of [SNAPSHOTS, PACKS]) await stat(join(path, folder));
      }
    } catch (cause) {
      if (!hasCode(cause, 'ENOENT', 'ENOTDIR') || create) {
        throw storeTrouble(path, create ? 'made' : 'opened', cause);
      }
      throw new SnapshotError('missing', `'${path}' is no folder of snapshots`, { cause });
    }
    return new FolderObjects(path);
  }

  async list(prefix: string): Promise<string[]> {
    const folder = dirname(`${prefix}x`);
    try {
      const names = await readdir(join(this.name, folder));
      return names.map((name) => `${folder}/${name}`).filter((name) => name.startsWith(prefix));
    } catch (cause) {
      throw storeTrouble(join(this.name, folder), 'listed', cause);
    }
  }

  async size(name: string): Promise<number> {
    return await this.#guarded(name, async () => (await stat(join(this.name, name))).size);
  }

  async read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#guarded(name, async () => {
      let file = await this.#descriptor(name);
      // Others may have come in between, so that it was one too many.
      while (!file.isOpen) file = await this.#descriptor(name);
      try {
        return await file.read(join(this.name, name), offset, length);
      } finally {
        if (!name.startsWith(PACKS)) await file.letGo();
      }
    });
  }

  async create(name: string): Promise<ObjectWriter> {
    this.#mustBeOpen();
    const target = join(this.name, name);
    const id = randomUUID();
    const path = join(this.name, PARTIAL, id);
    this.#writing.add(id);
    let fd: number;
    try {
      await mkdir(join(this.name, PARTIAL), { recursive: true });
      fd = await open(path, 'wx');
    } catch (cause) {
      this.#writing.delete(id);
      throw storeTrouble(path, 'made', cause);
    }
    let isOpen = true;
    const shut = async () => {
      if (isOpen) await close(fd);
      isOpen = false;
    };
    let size = 0;
    const abort = async () => {
      await shut().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      this.#writing.delete(id);
    };
    return {
      append: async (bytes) => {
        try {
          await writeAll(fd, bytes, size);
          size += bytes.length;
        } catch (cause) {
          throw storeTrouble(path, 'written', cause);
        }
      },
      commit: async () => {
        let renamed = false;
        try {
          await fsync(fd);
          await shut();
          await rename(path, target);
          renamed = true;
          await syncFolder(dirname(target));
          this.#writing.delete(id);
        } catch (cause) {
          // Nobody knows whether it would be there after a power cut.
          if (renamed) await rm(target, { force: true }).catch(() => undefined);
          await abort();
          throw storeTrouble(target, 'written', cause);
        }
      },
      abort,
    };
  }

  async delete(name: string): Promise<void> {
    const path = join(this.name, name);
    const file = this.#open.get(name);
    this.#open.delete(name);
    await (await file?.catch(() => undefined))?.letGo();
    try {
      await unlink(path);
      await syncFolder(dirname(path));
    } catch (cause) {
      if (!hasCode(cause, 'ENOENT')) throw storeTrouble(path, 'removed', cause);
    }
  }

  async claim(use: ClaimUse): Promise<() => Promise<void>> {
    this.#mustBeOpen();
    return await this.#claims.claim(use);
  }

  async used(): Promise<number> {
    let bytes = 0;
    for (const folder of [SNAPSHOTS, PACKS, PARTIAL]) {
      const path = join(this.name, folder);
      for (const name of await readdir(path).catch(() => [])) {
        bytes += await stat(join(path, name)).then(
          ({ size }) => size,
          () => 0,
        );
      }
    }
    return bytes;
  }

  async tidy(): Promise<void> {
    const folder = join(this.name, PARTIAL);
    try {
      for (const name of await readdir(folder)) {
        if (!this.#writing.has(name)) await rm(join(folder, name), { force: true });
      }
    } catch (cause) {
      if (!hasCode(cause, 'ENOENT')) throw storeTrouble(folder, 'cleaned up', cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const files = [...this.#open.values()];
    this.#open.clear();
    for (const file of files) await (await file.catch(() => undefined))?.letGo();
  }

  async #descriptor(name: string): Promise<Descriptor> {
    const path = join(this.name, name);
    if (!name.startsWith(PACKS)) return new Descriptor(await open(path, 'r'));
    let file = this.#open.get(name);
    this.#open.delete(name);
    file ??= open(path, 'r').then((fd) => new Descriptor(fd));
    this.#open.set(name, file);
    for (const [oldest, other] of this.#open) {
      if (this.#open.size <= OPEN_PACKS) break;
      this.#open.delete(oldest);
      void other.then((descriptor) => descriptor.letGo()).catch(() => undefined);
    }
    try {
      return await file;
    } catch (error) {
      if (this.#open.get(name) === file) this.#open.delete(name);
      throw error;
    }
  }

  async #guarded<T>(name: string, task: () => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    try {
      return await task();
    } catch (cause) {
      if (!hasCode(cause, 'ENOENT')) throw storeTrouble(join(this.name, name), 'read', cause);
      throw new SnapshotError('missing', `${this.name}: there is no ${name}`, { cause });
    }
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new SnapshotError('store', `${this.name} was closed`);
  }
}
