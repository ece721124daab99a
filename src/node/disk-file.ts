import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { DiskError } from '../core/errors.js';
import type { ByteFile } from '../storage/byte-file.js';
import { JointFlush } from '../storage/joint-flush.js';
import { deviceSize } from './device-size.js';
import { fileTrouble } from './file-trouble.js';
import { claimFile } from './open-files.js';

const [close, fdatasync, fstat, ftruncate, open, read, stat] = [
  promisify(fs.close),
  promisify(fs.fdatasync),
  promisify(fs.fstat),
  promisify(fs.ftruncate),
  promisify(fs.open),
  promisify(fs.read),
  promisify(fs.stat),
];

/** Whoever opens a pipe must not wait for its other end. Windows has neither. */
const NOT_WAITING = fs.constants.O_NONBLOCK ?? 0;

/** A file or a block device of this machine. */
export class DiskFile implements ByteFile {
  readonly name: string;
  readonly identity: string;
  readonly readOnly: boolean;
  readonly #descriptor: number;
  readonly #unclaim: () => void;
  readonly #flush = new JointFlush(() => this.#sync());
  #size: number;
  #closing: Promise<void> | undefined;
  /** After it nobody knows what is on the device: the system has forgotten what it could not write. */
  #lost: DiskError | undefined;

  private constructor(
    name: string,
    identity: string,
    readOnly: boolean,
    descriptor: number,
    size: number,
    unclaim: () => void,
  ) {
    this.name = name;
    this.identity = identity;
    this.readOnly = readOnly;
    this.#descriptor = descriptor;
    this.#size = size;
    this.#unclaim = unclaim;
  }

  /**
   * Opens a file that exists, or makes a new one: `create` refuses one that is there.
   *
   * @throws DiskError 'disk-unavailable' if it is not there, may not be opened, is something else than
   *   a file or a block device, or is in use by another disk of this process
   */
  static async open(
    path: string,
    options: { readonly readOnly?: boolean; readonly create?: boolean } = {},
  ): Promise<DiskFile> {
    const { readOnly = false, create = false } = options;
    const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
    const access = create ? O_RDWR | O_CREAT | O_EXCL : readOnly ? O_RDONLY : O_RDWR;
    let descriptor: number;
    try {
      // Opening some devices does something: look at what it is before, and after for certainty.
      if (!create) mustHoldDisk(path, await stat(path));
      descriptor = await open(path, access | NOT_WAITING);
    } catch (cause) {
      if (cause instanceof DiskError) throw cause;
      throw fileTrouble(path, create ? 'made' : readOnly ? 'opened' : 'opened for writing', cause);
    }
    try {
      const found = await fstat(descriptor, { bigint: true });
      mustHoldDisk(path, found);
      const size = found.isFile() ? Number(found.size) : await sizeOfDevice(descriptor);
      const identity = found.isFile() ? `${found.dev}:${found.ino}` : `device ${found.rdev}`;
      const unclaim = claimFile(path, identity, readOnly);
      return new DiskFile(path, identity, readOnly, descriptor, size, unclaim);
    } catch (cause) {
      await close(descriptor);
      throw cause instanceof DiskError ? cause : fileTrouble(path, 'opened', cause);
    }
  }

  get size(): number {
    return this.#size;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const done = await this.#transfer(fs.read, 'read', offset, into);
    if (done < into.length) throw await this.#tooShort(offset + into.length);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const done = await this.#transfer(fs.write, 'written', offset, bytes);
    if (done < bytes.length) throw new DiskError('full', `'${this.name}' takes no more bytes`);
    this.#size = Math.max(this.#size, offset + bytes.length);
  }

  /**
   * Calls the system until all is done, or it does nothing more; how much it did. One promise for all.
   */
  #transfer(
    call: typeof fs.read | typeof fs.write,
    what: string,
    offset: number,
    bytes: Uint8Array,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#mustBeOpen();
      let done = 0;
      const next = () => {
        const left = bytes.length - done;
        if (left === 0) resolve(done);
        else (call as typeof fs.read)(this.#descriptor, bytes, done, left, offset + done, ended);
      };
      const ended = (cause: NodeJS.ErrnoException | null, count: number) => {
        if (cause !== null) return reject(fileTrouble(this.name, what, cause));
        done += count;
        if (count === 0) resolve(done);
        else next();
      };
      next();
    });
  }

  async truncate(size: number): Promise<void> {
    await this.#guarded('resized', () => ftruncate(this.#descriptor, size));
    this.#size = size;
  }

  flush(): Promise<void> {
    return this.#flush.run();
  }

  /** Closes the file, once: its number may be another's by the next call, and so may the claim. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#unclaim();
    try {
      await close(this.#descriptor);
    } catch (cause) {
      throw fileTrouble(this.name, 'closed', cause);
    }
  }

  async #sync(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#mustBeOpen();
    try {
      await fdatasync(this.#descriptor);
    } catch (cause) {
      const error = fileTrouble(this.name, 'flushed', cause);
      this.#lost = error;
      throw error;
    }
  }

  async #tooShort(end: number): Promise<DiskError> {
    const { size } = await this.#guarded('read', () => fstat(this.#descriptor));
    const now = `'${this.name}' has ${size} bytes and had ${this.#size}`;
    return new DiskError('io', `${now}: what was asked for ends at ${end}`);
  }

  /** Whoever comes late must not meet the file that has the number now. */
  #mustBeOpen(): void {
    if (this.#closing === undefined) return;
    throw new DiskError('unavailable', `'${this.name}' was closed`);
  }

  async #guarded<T>(what: string, task: () => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    try {
      return await task();
    } catch (cause) {
      throw fileTrouble(this.name, what, cause);
    }
  }
}

function mustHoldDisk(path: string, found: fs.StatsBase<number> | fs.StatsBase<bigint>): void {
  if (found.isFile() || found.isBlockDevice()) return;
  const what = found.isDirectory()
    ? 'a directory'
    : found.isFIFO()
      ? 'a pipe'
      : found.isSocket()
        ? 'a socket'
        : 'a character device';
  throw new DiskError('unavailable', `'${path}' is ${what}; a disk is a file or a block device`);
}

async function sizeOfDevice(descriptor: number): Promise<number> {
  const byte = new Uint8Array(1);
  return await deviceSize(async (at) => (await read(descriptor, byte, 0, 1, at)).bytesRead === 1);
}
