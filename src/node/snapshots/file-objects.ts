import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { link, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { InternalError, SnapshotError } from '../../core/errors.js';
import type { ClaimUse, ObjectStore, ObjectWriter } from '../../snapshot/object-store.js';
import { Mutex } from '../../storage/mutex.js';
import { Descriptor } from './descriptor.js';
import { compacted } from './file-compaction.js';
import { type FileLog, readLog } from './file-log.js';
import { type FileRecord, HEADER_SIZE, MAX_NAME, RECORD_SIZE, recordBytes } from './file-record.js';
import { PATIENCE, StoreClaims } from './store-claims.js';
import { syncFolder } from './sync-folder.js';
import { hasCode, storeTrouble } from './trouble.js';

const [fdatasync, fstat, ftruncate, open] = [
  promisify(fs.fdatasync),
  promisify(fs.fstat),
  promisify(fs.ftruncate),
  promisify(fs.open),
];

/** A file is rewritten when so much of it is of no use. */
const GARBAGE_SHARE = 1 / 4;

/**
 * Objects one after another in one file, each followed by a record that makes it one; a deletion is a record, too.
 * The file only grows, until `tidy` writes a new one and renames it. One process at a time writes; within it one
 * object at a time, others wait for their turn.
 */
export class FileObjects implements ObjectStore {
  readonly name: string;
  readonly #claims: StoreClaims;
  readonly #refreshing = new Mutex();
  #file: Descriptor;
  #identity: string;
  #log: FileLog;
  /** Where the next object begins; whoever has a claim knows it. */
  #tail = 0;
  #claimed = 0;
  /** Resolves when the object that is being written has ended. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(path: string, opened: Opened, patience: number) {
    this.name = path;
    this.#claims = new StoreClaims(`${path}.claims`, path, false, patience);
    this.#file = opened.file;
    this.#identity = opened.identity;
    this.#log = opened.log;
  }

  /** @throws SnapshotError 'missing', 'damaged', 'version' or 'store' */
  static async open(path: string, create: boolean, patience = PATIENCE): Promise<FileObjects> {
    if (create) await makeFile(path);
    return new FileObjects(path, await openFile(path), patience);
  }

  async list(prefix: string): Promise<string[]> {
    await this.#refresh();
    return [...this.#log.records.keys()].filter((name) => name.startsWith(prefix));
  }

  async size(name: string): Promise<number> {
    return (await this.#record(name)).length;
  }

  async read(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#record(name);
    // Record and file as they belong together now: both may be others after the next wait.
    const record = this.#log.records.get(name);
    if (record === undefined) throw this.#missing(name);
    if (offset + length > record.length) {
      throw new SnapshotError(
        'damaged',
        `${this.name}: ${name} has ${record.length} bytes; ${offset + length} were expected`,
      );
    }
    try {
      return await this.#file.read(`'${this.name}'`, record.at - record.length + offset, length);
    } catch (cause) {
      throw storeTrouble(this.name, 'read', cause);
    }
  }

  async create(name: string): Promise<ObjectWriter> {
    const endTurn = await this.#takeTurn();
    const start = this.#tail;
    let length = 0;
    let ended = false;
    const abort = async () => {
      // Once: what comes behind `start` later is another's.
      if (ended) return;
      ended = true;
      await ftruncate(this.#file.fd, start).catch(() => undefined);
      endTurn();
    };
    return {
      append: async (bytes) => {
        try {
          await this.#file.write(bytes, start + length);
          length += bytes.length;
        } catch (cause) {
          throw storeTrouble(this.name, 'written', cause);
        }
      },
      commit: async () => {
        try {
          await this.#commit('stored', name, start, length);
          ended = true;
          endTurn();
        } catch (error) {
          await abort();
          throw error;
        }
      },
      abort,
    };
  }

  async delete(name: string): Promise<void> {
    const endTurn = await this.#takeTurn();
    try {
      if (this.#log.records.has(name)) await this.#commit('deleted', name, this.#tail, 0);
    } finally {
      endTurn();
    }
  }

  async claim(use: ClaimUse): Promise<() => Promise<void>> {
    this.#mustBeOpen();
    const release = await this.#claims.claim(use);
    try {
      await this.#refreshing.run(async () => {
        if (this.#claimed === 0) {
          // Whatever it looks like: what is written now goes behind the last record.
          await this.#use(await openFile(this.name));
          this.#tail = (await fstat(this.#file.fd)).size;
        }
        this.#claimed++;
      });
    } catch (error) {
      await release();
      throw storeTrouble(this.name, 'read', error);
    }
    return async () => {
      this.#claimed--;
      await release();
    };
  }

  async used(): Promise<number> {
    try {
      return (await fstat(this.#file.fd)).size;
    } catch (cause) {
      throw storeTrouble(this.name, 'read', cause);
    }
  }

  async tidy(): Promise<void> {
    const endTurn = await this.#takeTurn();
    const path = `${this.name}.partial`;
    try {
      await rm(path, { force: true });
      const { records } = this.#log;
      const needed = [...records.values()].reduce(
        (sum, { length }) => sum + length + RECORD_SIZE,
        0,
      );
      if (this.#tail - HEADER_SIZE - needed <= this.#tail * GARBAGE_SHARE) return;
      await compacted(this.#file, records.values(), path);
      await rename(path, this.name);
      await syncFolder(dirname(this.name));
      await this.#use(await openFile(this.name));
      this.#tail = this.#log.size;
    } catch (cause) {
      await rm(path, { force: true }).catch(() => undefined);
      throw storeTrouble(this.name, 'rewritten', cause);
    } finally {
      endTurn();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#file.letGo();
  }

  /** Makes what was appended an object: its bytes are durable before the record is there that names them. */
  async #commit(kind: FileRecord['kind'], name: string, start: number, length: number) {
    if (name.length > MAX_NAME) throw new InternalError(`'${name}' is too long for a record`);
    const at = start + length;
    const record = { kind, name, at, length, previous: this.#log.last };
    try {
      if (length > 0) await fdatasync(this.#file.fd);
      await this.#file.write(recordBytes(this.#log.id, record), at);
      await fdatasync(this.#file.fd);
    } catch (cause) {
      // Nobody knows whether it would be there after a power cut.
      await ftruncate(this.#file.fd, start).catch(() => undefined);
      throw storeTrouble(this.name, 'written', cause);
    }
    this.#tail = at + RECORD_SIZE;
    this.#log.last = at;
    if (kind === 'stored') this.#log.records.set(name, record);
    else this.#log.records.delete(name);
  }

  /** Waits until nobody writes; resolves to what lets the next one. */
  async #takeTurn(): Promise<() => void> {
    this.#mustBeOpen();
    const before = this.#turn;
    let end = () => {};
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    return end;
  }

  async #record(name: string): Promise<FileRecord> {
    this.#mustBeOpen();
    if (!this.#log.records.has(name)) await this.#refresh();
    const record = this.#log.records.get(name);
    if (record === undefined) throw this.#missing(name);
    return record;
  }

  /** Sees what other processes have done. Whoever has a claim knows that they did nothing. */
  #refresh(): Promise<void> {
    return this.#refreshing.run(async () => {
      this.#mustBeOpen();
      if (this.#claimed === 0) await this.#seeOthers();
    });
  }

  async #seeOthers(): Promise<void> {
    try {
      const now = await stat(this.name, { bigint: true });
      const same = identityOf(now) === this.#identity;
      if (same && Number(now.size) === this.#log.size) return;
      await this.#use(await openFile(this.name));
    } catch (cause) {
      throw storeTrouble(this.name, 'read', cause);
    }
  }

  async #use(opened: Opened): Promise<void> {
    const old = this.#file;
    this.#file = opened.file;
    this.#identity = opened.identity;
    this.#log = opened.log;
    await old.letGo();
  }

  #missing(name: string): SnapshotError {
    return new SnapshotError('missing', `${this.name}: there is no ${name}`);
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new SnapshotError('store', `${this.name} was closed`);
  }
}

interface Opened {
  readonly file: Descriptor;
  readonly identity: string;
  readonly log: FileLog;
}

const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }) =>
  `${dev}:${ino}`;

async function openFile(path: string): Promise<Opened> {
  let file: Descriptor;
  try {
    // One that may only be read is enough for reading; writing then says why not.
    const fd = await open(path, 'r+').catch((error) => {
      if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) return open(path, 'r');
      throw error;
    });
    file = new Descriptor(fd);
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT', 'ENOTDIR')) throw storeTrouble(path, 'opened', cause);
    throw new SnapshotError('missing', `'${path}': there is no such file of snapshots`, { cause });
  }
  try {
    const found = await promisify<number, { bigint: true }, fs.BigIntStats>(fs.fstat)(file.fd, {
      bigint: true,
    });
    const log = await readLog(path, file, Number(found.size));
    return { file, identity: identityOf(found), log };
  } catch (cause) {
    await file.letGo();
    throw storeTrouble(path, 'read', cause);
  }
}

/** Makes an empty store, whole at once, unless there is a file. */
async function makeFile(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  const fresh = `${path}.${randomUUID()}`;
  try {
    await compacted(undefined, [], fresh);
    // Unlike a rename it takes no other file's place.
    await link(fresh, path).catch((error) => {
      if (hasCode(error, 'EEXIST')) return;
      if (hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP')) return rename(fresh, path);
      throw error;
    });
    await rm(fresh, { force: true });
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw storeTrouble(path, 'made', cause);
  }
}
