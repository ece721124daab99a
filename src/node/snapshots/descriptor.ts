import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { SnapshotError } from '../../core/errors.js';

const close = promisify(fs.close);

/** An open file that is closed when it was let go and the last read of it has ended. */
export class Descriptor {
  readonly fd: number;
  #users = 0;
  #letGo = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Whether it may be read: ask right before. */
  get isOpen(): boolean {
    return !this.#letGo;
  }

  /** @throws SnapshotError 'damaged' if the file ends before, and the system's errors */
  async read(what: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#users++;
    try {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const count = await this.#readSome(bytes, done, offset + done);
        if (count === 0) {
          const end = offset + length;
          throw new SnapshotError(
            'damaged',
            `${what} is damaged: it has ${offset + done} bytes; ${end} were expected`,
          );
        }
        done += count;
      }
      return bytes;
    } finally {
      this.#users--;
      if (this.#letGo && this.#users === 0) await close(this.fd);
    }
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    await writeAll(this.fd, bytes, offset);
  }

  async letGo(): Promise<void> {
    if (this.#letGo) return;
    this.#letGo = true;
    if (this.#users === 0) await close(this.fd);
  }

  #readSome(bytes: Uint8Array, done: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.fd, bytes, done, bytes.length - done, offset, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }
}

/** Writes all of it, however little the system takes at a time. */
export async function writeAll(fd: number, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += await new Promise<number>((resolve, reject) => {
      fs.write(fd, bytes, done, bytes.length - done, offset + done, (error, count) => {
        if (error !== null) reject(error);
        else if (count === 0) reject(Object.assign(new Error('no room'), { code: 'ENOSPC' }));
        else resolve(count);
      });
    });
  }
}
