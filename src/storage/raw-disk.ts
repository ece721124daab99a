import { DiskError } from '../core/errors.js';
import { type Disk, SECTOR_SIZE } from '../machine/disk.js';
import type { ByteFile } from './byte-file.js';
import { startsWithQcow2Magic } from './qcow2/magic.js';

const ZEROS = new Uint8Array(2 ** 20);

/** A disk whose bytes are a file's bytes. */
export class RawDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #file: ByteFile;
  readonly #guessed: boolean;

  private constructor(file: ByteFile, readOnly: boolean, guessed: boolean) {
    this.#file = file;
    this.#guessed = guessed;
    this.size = file.size;
    this.readOnly = readOnly;
  }

  /**
   * A size that is no whole number of sectors is refused: rounding down would hide bytes, and rounding
   * up would invent some, so that a guest's write to the last sector changed the file's length.
   *
   * @param options.guessed nobody said that the file is raw. Then a guest must not make it look like
   *   a qcow2 image, for the next start would believe it, with all files that the image names.
   * @throws DiskError; the file stays open
   */
  static open(
    file: ByteFile,
    options: { readonly readOnly?: boolean; readonly guessed?: boolean } = {},
  ): RawDisk {
    const { name, size } = file;
    if (size === 0)
      throw new DiskError('format', `'${name}' is empty; a disk needs at least a sector`);
    if (size % SECTOR_SIZE !== 0) {
      const right = Math.ceil(size / SECTOR_SIZE) * SECTOR_SIZE;
      const message = `'${name}' has ${size} bytes, no whole number of ${SECTOR_SIZE}-byte sectors`;
      throw new DiskError('format', `${message}; lengthen it to ${right}`);
    }
    const readOnly = (options.readOnly ?? false) || file.readOnly;
    return new RawDisk(file, readOnly, options.guessed ?? false);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#file.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#mayChange();
    if (this.#guessed && offset === 0 && startsWithQcow2Magic(bytes)) {
      const message = `'${this.#file.name}' would look like qcow2, and nobody said that it is raw`;
      throw new DiskError('io', `${message}; open it with format=raw to allow that`);
    }
    await this.#file.write(offset, bytes);
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }

  /** Does nothing: there is no portable way to give a part of a file back. */
  async discard(): Promise<void> {
    this.#mayChange();
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#mayChange();
    for (let done = 0; done < length; done += ZEROS.length) {
      await this.#file.write(offset + done, ZEROS.subarray(0, length - done));
    }
  }

  async close(): Promise<void> {
    try {
      if (!this.readOnly) await this.#file.flush();
    } finally {
      await this.#file.close();
    }
  }

  #mayChange(): void {
    if (!this.readOnly) return;
    throw new DiskError('read-only', `'${this.#file.name}' was opened for reading`);
  }
}
