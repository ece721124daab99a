import { DiskError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';
import { SectorPages } from './sector-pages.js';

/** A guest that fills its disk must not take all of the host's memory. */
const DEFAULT_LIMIT = 4 * 2 ** 30;

/** Some milliseconds' work; a guest may ask for the whole disk, and others must have their turn. */
const ZEROED_AT_ONCE = 2 ** 26;

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
  readonly #pages = new SectorPages();
  readonly #limit: number;
  readonly #closeBase: boolean;

  constructor(base: Disk, options: OverlayOptions = {}) {
    this.#base = base;
    this.size = base.size;
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#closeBase = options.closeBase ?? true;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (!this.#pages.covers(offset, into.length)) await this.#base.read(offset, into);
    this.#pages.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#makeRoom(this.#pages.writeGrowth(offset, bytes.length));
    this.#pages.write(offset, bytes);
  }

  async flush(): Promise<void> {}

  async discard(offset: number, length: number): Promise<void> {
    // The base's bytes would be older than old ones: pages become zeros.
    this.#pages.release(offset, length);
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#makeRoom(this.#pages.zeroGrowth(length));
    for (let done = 0; done < length; done += ZEROED_AT_ONCE) {
      if (done > 0) await new Promise<void>((resolve) => setTimeout(resolve));
      this.#pages.zero(offset + done, Math.min(ZEROED_AT_ONCE, length - done));
    }
  }

  async close(): Promise<void> {
    this.#pages.clear();
    if (this.#closeBase) await this.#base.close();
  }

  #makeRoom(growth: number): void {
    if (this.#pages.bytes + growth <= this.#limit) return;
    throw new DiskError('full', `the overlay holds ${this.#limit} bytes of memory, its limit`);
  }
}
