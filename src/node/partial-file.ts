import { createHash, type Hash } from 'node:crypto';
import { constants, type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './running-process.js';

/** How files are opened: tests put a full disk here. */
export type OpenFile = (path: string, flags: string | number) => Promise<FileHandle>;

const CHUNK = 2 ** 20;

/**
 * A download that is not complete: the file's first bytes, and the hash over them.
 *
 * It belongs to one process, which its name tells: `<sha256>.<host>.<pid>.part`. A process takes over
 * the file of one that has ended, by renaming it. Bytes are written at their own place, so that even
 * two processes that took each other for dead would write the same.
 */
export class PartialFile {
  readonly path: string;
  readonly #file: FileHandle;
  #hash: Hash = createHash('sha256');
  #length = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** Opens what is there of a file, in `folder`, or begins it. Two calls at a time are not allowed. */
  static async open(
    folder: string,
    sha256: string,
    openFile: OpenFile = open,
  ): Promise<PartialFile> {
    const path = join(folder, partialName(sha256, process.pid));
    await adopt(folder, sha256, path);
    const file = await openFile(path, constants.O_RDWR | constants.O_CREAT);
    const partial = new PartialFile(path, file);
    try {
      await partial.#readBack();
    } catch (error) {
      await file.close();
      throw error;
    }
    return partial;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const left = bytes.length - done;
      const { bytesWritten } = await this.#file.write(bytes, done, left, this.#length + done);
      done += bytesWritten;
    }
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  /** Begins anew. */
  async clear(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash('sha256');
    this.#length = 0;
  }

  /** The hash of what is there, in hexadecimal. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Closes the file; it stays for the next attempt. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Closes the file, in any case, and makes it the finished one, durably. */
  async finish(path: string): Promise<void> {
    try {
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
    await rename(this.path, path);
  }

  async #readBack(): Promise<void> {
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK, this.#length);
      if (bytesRead === 0) return;
      this.#hash.update(buffer.subarray(0, bytesRead));
      this.#length += bytesRead;
    }
  }
}

function partialName(sha256: string, pid: number): string {
  return `${sha256}.${hostname()}.${pid}.part`;
}

async function adopt(folder: string, sha256: string, path: string): Promise<void> {
  const prefix = `${sha256}.${hostname()}.`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue;
    const pid = Number(name.slice(prefix.length, -'.part'.length));
    if (pid === process.pid) return;
    if (isRunning(pid)) continue;
    // Another process may be quicker.
    const adopted = await rename(join(folder, name), path).then(
      () => true,
      () => false,
    );
    if (adopted) return;
  }
}

/** Removes a file that may be gone already. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
