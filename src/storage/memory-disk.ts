import type { Disk, Extent } from '../machine/disk.js';
import { checkDiskSize } from './disk-size.js';
import { extentsIn } from './extents.js';
import { MemoryPool } from './memory-pool.js';
import { PageTree } from './page-tree.js';

/** A disk of zeros at first, kept in memory: only what is written takes some. */
export class MemoryDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #pages: PageTree;

  /** @param size in bytes. @throws ConfigurationError unless it is a multiple of 512 */
  constructor(size: number) {
    checkDiskSize(size);
    this.size = size;
    this.#pages = new PageTree(size, new MemoryPool(Number.POSITIVE_INFINITY));
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
    this.#pages.release(offset, length);
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#pages.zero(offset, length);
  }

  async *extents(offset: number, length: number): AsyncGenerator<Extent> {
    const end = offset + length;
    yield* extentsIn(this.#pages.stretches(offset, end), offset, end);
  }

  async close(): Promise<void> {
    this.#pages.clear();
  }
}
