import { SECTOR_SIZE } from '../machine/disk.js';

/** As much as most file systems write at once: a page has little that nobody wrote. */
const PAGE = 4096;
const SECTORS = PAGE / SECTOR_SIZE;
const ALL = 2 ** SECTORS - 1;
/** Stands for every page of zeros; never written to. */
const ZEROS = new Uint8Array(PAGE);

/** What a page takes besides its bytes: an entry of the table, and objects. */
const TABLE_SHARE = 256;
/** V8's limit for the entries of a Map, less one. */
const MOST_PAGES = 2 ** 24 - 1;

interface Page {
  /** Which sectors are here, one bit each. */
  mask: number;
  bytes: Uint8Array;
}

/** Sectors that were written, in memory, whatever lies beneath the others. */
export class SectorPages {
  readonly #pages = new Map<number, Page>();
  #bytes = 0;

  /** Memory that is in use. */
  get bytes(): number {
    return this.#bytes + this.#pages.size * TABLE_SHARE;
  }

  /** Memory that writing a range would add, at most. */
  writeGrowth(offset: number, length: number): number {
    let growth = 0;
    for (let page = Math.floor(offset / PAGE); page * PAGE < offset + length; page++) {
      if ((this.#pages.get(page)?.bytes ?? ZEROS) === ZEROS) growth += PAGE + TABLE_SHARE;
    }
    return growth;
  }

  /** Memory that `zero` would add, at most. */
  zeroGrowth(length: number): number {
    const pages = Math.ceil(length / PAGE);
    if (this.#pages.size + pages > MOST_PAGES) return Number.POSITIVE_INFINITY;
    return pages * TABLE_SHARE + 2 * (PAGE + TABLE_SHARE);
  }

  write(offset: number, bytes: Uint8Array): void {
    for (const piece of pieces(offset, bytes.length)) {
      const page = this.#own(piece.page);
      page.bytes.set(bytes.subarray(piece.at, piece.at + piece.length), piece.start);
      page.mask |= piece.mask;
    }
  }

  /** Makes a range zeros: whole pages cost no memory but their place in the table. */
  zero(offset: number, length: number): void {
    for (const piece of pieces(offset, length)) {
      if (piece.mask === ALL) {
        this.#drop(piece.page);
        this.#pages.set(piece.page, { mask: ALL, bytes: ZEROS });
      } else {
        const page = this.#own(piece.page);
        page.bytes.fill(0, piece.start, piece.start + piece.length);
        page.mask |= piece.mask;
      }
    }
  }

  /** Gives back the memory of pages that lie within the range: they become zeros. */
  release(offset: number, length: number): void {
    for (const page of this.#within(offset, length)) {
      this.#drop(page);
      this.#pages.set(page, { mask: ALL, bytes: ZEROS });
    }
  }

  /** Forgets that a range was written; what stays of its first and last page becomes zeros. */
  forget(offset: number, length: number): void {
    for (const page of this.#within(offset, length)) {
      this.#drop(page);
      this.#pages.delete(page);
    }
    const end = offset + length;
    const head = Math.min(end, Math.ceil(offset / PAGE) * PAGE);
    const tail = Math.max(head, Math.floor(end / PAGE) * PAGE);
    this.zero(offset, head - offset);
    this.zero(tail, end - tail);
  }

  /** Whether all sectors of a range are here. */
  covers(offset: number, length: number): boolean {
    for (const { page, mask } of pieces(offset, length)) {
      if (((this.#pages.get(page)?.mask ?? 0) & mask) !== mask) return false;
    }
    return true;
  }

  /** Puts the sectors that are here into `into`, and leaves the rest of it as it is. */
  read(offset: number, into: Uint8Array): void {
    for (const piece of pieces(offset, into.length)) {
      const page = this.#pages.get(piece.page);
      if (page === undefined) continue;
      if ((page.mask & piece.mask) === piece.mask) {
        into.set(page.bytes.subarray(piece.start, piece.start + piece.length), piece.at);
        continue;
      }
      for (let done = 0; done < piece.length; done += SECTOR_SIZE) {
        const start = piece.start + done;
        if ((page.mask & (1 << (start / SECTOR_SIZE))) === 0) continue;
        into.set(page.bytes.subarray(start, start + SECTOR_SIZE), piece.at + done);
      }
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  /** The page as one that may be written to. */
  #own(index: number): Page {
    let page = this.#pages.get(index);
    if (page === undefined) {
      page = { mask: 0, bytes: ZEROS };
      this.#pages.set(index, page);
    }
    if (page.bytes === ZEROS) {
      page.bytes = new Uint8Array(PAGE);
      this.#bytes += PAGE;
    }
    return page;
  }

  /** Numbers of pages that are here and whole in a range, which may be a disk with few pages. */
  #within(offset: number, length: number): number[] {
    const first = Math.ceil(offset / PAGE);
    const end = Math.floor((offset + length) / PAGE);
    if (end - first > this.#pages.size) {
      return [...this.#pages.keys()].filter((page) => page >= first && page < end);
    }
    const found: number[] = [];
    for (let page = first; page < end; page++) if (this.#pages.has(page)) found.push(page);
    return found;
  }

  #drop(index: number): void {
    const page = this.#pages.get(index);
    if (page !== undefined && page.bytes !== ZEROS) this.#bytes -= PAGE;
  }
}

/** A range cut at the borders of pages: `start` counts in the page, `at` in the range. */
function* pieces(offset: number, length: number) {
  for (let at = 0; at < length; ) {
    const start = (offset + at) % PAGE;
    const size = Math.min(PAGE - start, length - at);
    const mask = (2 ** (size / SECTOR_SIZE) - 1) << (start / SECTOR_SIZE);
    yield { page: Math.floor((offset + at) / PAGE), start, at, length: size, mask };
    at += size;
  }
}
