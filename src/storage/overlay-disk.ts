import { DiskError } from '../core/errors.js';
import type { Disk, Extent } from '../machine/disk.js';
import { layeredExtents } from './extents.js';
import { MemoryPool } from './memory-pool.js';
import { PageTree } from './page-tree.js';
import { settleAll } from './settle-all.js';

/** A guest that fills its disk must not take all of the host's memory. */
const DEFAULT_LIMIT = 4 * 2 ** 30;

export interface OverlayOptions {
  /** Most bytes of memory for what is written, by default 4 GiB; then writes reject with 'disk-full'. */
  readonly limit?: number;
  /** Whether closing the overlay closes the base. Default true. */
  readonly closeBase?: boolean;
}

/**
 * Writes stay in memory and are gone once it is closed; the base is only read. Several overlays may
 * share a base, which then must not change.
 */
export class OverlayDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  readonly #base: Disk;
  readonly #pool: MemoryPool;
  readonly #pages: PageTree;
  readonly #closeBase: boolean;

  constructor(base: Disk, options: OverlayOptions = {}) {
    this.#base = base;
    this.size = base.size;
    this.#pool = new MemoryPool(options.limit ?? DEFAULT_LIMIT);
    this.#pages = new PageTree(base.size, this.#pool);
    this.#closeBase = options.closeBase ?? true;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    await settleAll(
      this.#pages.missing(offset, into.length).map((part) => {
        const at = part.offset - offset;
        return this.#base.read(part.offset, into.subarray(at, at + part.length));
      }),
    );
    this.#pages.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#makeRoom(this.#pages.writeGrowth(offset, bytes.length));
    this.#pages.write(offset, bytes);
  }

  async flush(): Promise<void> {}

  async discard(offset: number, length: number): Promise<void> {
    // The base's bytes would be older than old ones: whole pages become zeros.
    this.#pages.release(offset, length);
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#makeRoom(this.#pages.zeroGrowth(offset, length));
    this.#pages.zero(offset, length);
  }

  extents(offset: number, length: number): AsyncIterable<Extent> {
    return layeredExtents(this.#base, offset, length, [
      (start, end) => this.#pages.stretches(start, end),
    ]);
  }

  async close(): Promise<void> {
    this.#pages.clear();
    if (this.#closeBase) await this.#base.close();
  }

  #makeRoom(growth: number): void {
    if (this.#pool.hasRoom(growth)) return;
    throw new DiskError('full', `the overlay holds ${this.#pool.limit} bytes of memory, its limit`);
  }
}
