import { DiskError } from '../../core/errors.js';
import type { Disk } from '../../machine/disk.js';
import type { Stretch } from '../extents.js';
import { MemoryPool } from '../memory-pool.js';
import { PAGE, ZERO_BYTES } from '../page-pieces.js';
import { type RangeLock, RangeLocks } from '../range-locks.js';
import { settleAll } from '../settle-all.js';
import { KeptPages, LOST, type Moment } from './kept-pages.js';

/** A guest that fills its disk must not take all of the host's memory. */
const DEFAULT_LIMIT = 4 * 2 ** 30;

export interface BranchingOptions {
  /**
   * Most bytes of memory for what is kept aside, and as many again for what all branches write; by
   * default 4 GiB.
   */
  readonly limit?: number;
  /** Whether the base is closed with the last disk that needs it. Default true. */
  readonly closeBase?: boolean;
}

/**
 * What a disk and all its branches, near and far, have in common: the base, and the contents that it
 * had when branches were taken. Locks are on pages: who changes some keeps them from those who read
 * what they were.
 */
export class Origin {
  readonly base: Disk;
  readonly kept: KeptPages;
  /** Memory of what branches have written. */
  readonly written: MemoryPool;
  readonly #keptPool: MemoryPool;
  readonly #locks = new RangeLocks();
  readonly #closeBase: boolean;
  #users = 0;

  constructor(base: Disk, options: BranchingOptions) {
    const limit = options.limit ?? DEFAULT_LIMIT;
    this.base = base;
    this.#keptPool = new MemoryPool(limit);
    this.kept = new KeptPages(this.#keptPool);
    this.written = new MemoryPool(limit);
    this.#closeBase = options.closeBase ?? true;
  }

  /** Bytes of memory that old contents take. */
  get keptBytes(): number {
    return this.#keptPool.bytes;
  }

  /** Whether the base is closed when the next disk is. */
  get nearsItsEnd(): boolean {
    return this.#users === 1 && this.#closeBase;
  }

  use(): void {
    this.#users++;
  }

  /** A disk is closed; the base is closed with the last one. @throws DiskError of the base's closing */
  async leave(): Promise<void> {
    if (--this.#users === 0 && this.#closeBase) await this.base.close();
  }

  /** A lock on the pages around a range: at once where that can be, for it costs less. */
  lock(offset: number, length: number, exclusive: boolean): RangeLock | Promise<RangeLock> {
    const first = Math.floor(offset / PAGE);
    const end = Math.ceil((offset + length) / PAGE);
    return (
      this.#locks.tryAcquire(first, end, exclusive) ?? this.#locks.acquire(first, end, exclusive)
    );
  }

  unlock(lock: RangeLock): void {
    this.#locks.release(lock);
  }

  /** @throws DiskError: 'disk-full' for what there was no memory to keep, or the base's */
  async readAt(moment: Moment, offset: number, into: Uint8Array): Promise<void> {
    const claim = this.lock(offset, into.length, false);
    const lock = claim instanceof Promise ? await claim : claim;
    try {
      const reads: Promise<void>[] = [];
      let fromBase = 0;
      for (let at = 0; at < into.length; ) {
        const page = Math.floor((offset + at) / PAGE);
        const start = (offset + at) % PAGE;
        const end = Math.min(into.length, at + PAGE - start);
        const content = moment.lost ? LOST : this.kept.at(moment, page);
        if (content !== undefined) {
          if (fromBase < at)
            reads.push(this.base.read(offset + fromBase, into.subarray(fromBase, at)));
          fromBase = end;
          if (content === LOST) reads.push(Promise.reject(this.#lostError(page)));
          else into.set(content.subarray(start, start + end - at), at);
        }
        at = end;
      }
      if (fromBase < into.length)
        reads.push(this.base.read(offset + fromBase, into.subarray(fromBase)));
      await settleAll(reads);
    } finally {
      this.unlock(lock);
    }
  }

  /** For extents. */
  stretchesAt(moment: Moment, start: number, end: number): Stretch[] {
    return moment.lost ? [{ start, end, data: true }] : this.kept.stretches(moment, start, end);
  }

  /**
   * Keeps what pages around a range have, as far as anybody needs it. What there is no memory for is
   * lost for branches, whose reads fail then; the disk that they were taken of goes on.
   *
   * Undefined if all is kept: whoever has the lock may change the range then, before anything else
   * happens. Else some must be read first, into `contents`, and this is to be called again: another
   * branch may be taken meanwhile. What the reading rejects with is the base's DiskError; then the
   * range must not be changed, and nothing is lost.
   */
  keepAside(
    offset: number,
    length: number,
    contents: Map<number, Uint8Array>,
  ): Promise<void> | undefined {
    const unread: number[] = [];
    const end = Math.ceil((offset + length) / PAGE);
    for (let page = Math.floor(offset / PAGE); page < end; page++) {
      if (!this.kept.needs(page)) continue;
      const content = contents.get(page);
      if (content !== undefined) this.kept.keep(page, content);
      else if (!this.kept.hasRoom) this.kept.keep(page, LOST);
      else unread.push(page);
    }
    return unread.length === 0 ? undefined : this.#readPages(unread, contents);
  }

  async #readPages(pages: readonly number[], into: Map<number, Uint8Array>): Promise<void> {
    const reads: Promise<void>[] = [];
    for (let index = 0; index < pages.length; ) {
      const first = pages[index] as number;
      let count = 1;
      while (pages[index + count] === first + count) count++;
      index += count;
      reads.push(this.#readRun(first, count, into));
    }
    await settleAll(reads);
  }

  async #readRun(first: number, count: number, into: Map<number, Uint8Array>): Promise<void> {
    const start = first * PAGE;
    const bytes = new Uint8Array(count * PAGE);
    // The disk may end within its last page.
    await this.base.read(start, bytes.subarray(0, this.base.size - start));
    for (let index = 0; index < count; index++) {
      const page = bytes.subarray(index * PAGE, (index + 1) * PAGE);
      into.set(first + index, isZero(page) ? ZERO_BYTES : page.slice());
    }
  }

  #lostError(page: number): DiskError {
    const message = `a branch cannot read ${PAGE} bytes at ${page * PAGE}: the disk that it was taken of`;
    const limit = `${this.#keptPool.limit} bytes of old contents were kept already, the limit`;
    return new DiskError('full', `${message} has overwritten them, and ${limit}`);
  }
}

function isZero(bytes: Uint8Array): boolean {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return words.every((word) => word === 0);
}
