import type { Disk } from '../machine/disk.js';
import { checkDiskSize } from './disk-size.js';
import { SectorPages } from './sector-pages.js';

/** A disk of zeros at first, kept in memory: only what is written takes some. */
export class MemoryDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #pages = new SectorPages();

  /** @param size in bytes. @throws ConfigurationError unless it is a multiple of 512 */
  constructor(size: number) {
    checkDiskSize(size);
    this.size = size;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    into.fill(0);
    this.#pages.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#pages.write(offset, bytes);
  }

  async flush(): Promise<void> {}

  async discard(offset: number, length: number): Promise<void> {
    this.#pages.forget(offset, length);
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#pages.forget(offset, length);
  }

  async close(): Promise<void> {
    this.#pages.clear();
  }
}
