import { ConfigurationError, DiskError } from '../core/errors.js';
import type { Disk, Extent } from '../machine/disk.js';
import { checkDiskSize } from '../storage/disk-size.js';

/** Bytes of a page of an area. */
const PAGE = 4096;
/** Pages that are asked for at once. */
const MOST_PAGES = 256;

/** Where a snapshot's pages are read from: a SnapshotReader. */
export interface PageSource {
  /** Numbers of an area's pages that are not zeros, ascending. */
  pages(area: string): Uint32Array;
  /** Their contents, by index into `pages`, one after another. */
  read(area: string, indices: Uint32Array): Promise<Uint8Array>;
}

/** A disk as a snapshot has it: what it has no page for are zeros. The snapshot stays open after it. */
export class SnapshotDisk implements Disk {
  readonly size: number;
  readonly readOnly = true;
  readonly #source: PageSource;
  readonly #area: string;
  readonly #pages: Uint32Array;

  /**
   * @param size of the disk in bytes
   * @throws ConfigurationError for a size that no disk has, or that the area's pages go beyond
   */
  constructor(source: PageSource, area: string, size: number) {
    const pages = source.pages(area);
    checkDiskSize(size);
    const last = pages.at(-1) ?? 0;
    if (last * PAGE >= size) {
      const message = `a disk of ${size} bytes has no page ${last}, which the area '${area}' has`;
      throw new ConfigurationError(`${message}; right is more than ${last * PAGE}`);
    }
    this.size = size;
    this.#source = source;
    this.#area = area;
    this.#pages = pages;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    into.fill(0);
    const end = this.#from(Math.ceil((offset + into.length) / PAGE));
    for (let index = this.#from(Math.floor(offset / PAGE)); index < end; index += MOST_PAGES) {
      await this.#readPages(index, Math.min(MOST_PAGES, end - index), offset, into);
    }
  }

  async write(): Promise<void> {
    throw readOnly();
  }

  async flush(): Promise<void> {}

  async discard(): Promise<void> {
    throw readOnly();
  }

  async writeZeroes(): Promise<void> {
    throw readOnly();
  }

  async *extents(offset: number, length: number): AsyncGenerator<Extent> {
    const end = offset + length;
    for (let index = this.#from(Math.floor(offset / PAGE)); ; ) {
      const first = this.#pages[index];
      if (first === undefined || first * PAGE >= end) return;
      let count = 1;
      while (this.#pages[index + count] === first + count) count++;
      const start = Math.max(offset, first * PAGE);
      yield { offset: start, length: Math.min(end, (first + count) * PAGE) - start };
      index += count;
    }
  }

  async close(): Promise<void> {}

  /** Index of the first page that is not before `page`. */
  #from(page: number): number {
    let [low, high] = [0, this.#pages.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pages[middle] as number) < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Puts `count` pages, from `index` on, to where they belong in what is read from `offset` on. */
  async #readPages(index: number, count: number, offset: number, into: Uint8Array): Promise<void> {
    const indices = Uint32Array.from({ length: count }, (_, at) => index + at);
    const bytes = await this.#get(indices);
    for (let at = 0; at < count; at++) {
      const start = (this.#pages[index + at] as number) * PAGE - offset;
      const skipped = Math.max(0, -start);
      const end = Math.min(PAGE, into.length - start);
      into.set(bytes.subarray(at * PAGE + skipped, at * PAGE + end), start + skipped);
    }
  }

  async #get(indices: Uint32Array): Promise<Uint8Array> {
    try {
      return await this.#source.read(this.#area, indices);
    } catch (cause) {
      const page = this.#pages[indices[0] as number] as number;
      const what = cause instanceof Error ? cause.message : String(cause);
      const where = `the area '${this.#area}' of a snapshot, ${PAGE} bytes at ${page * PAGE}`;
      throw new DiskError('io', `${where} and more cannot be read: ${what}`, { cause });
    }
  }
}

function readOnly(): DiskError {
  return new DiskError('read-only', "a snapshot's disk is only read; put a branching disk over it");
}
