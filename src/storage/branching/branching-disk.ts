import { DiskError } from '../../core/errors.js';
import type { Disk, Extent } from '../../machine/disk.js';
import { Branch } from './branch.js';
import { ChangedBlocks } from './changed-blocks.js';
import { InPlace } from './in-place.js';
import { type BranchingOptions, Origin } from './origin.js';
import type { Top } from './top.js';

/** What a disk and all its branches keep in memory, in bytes. */
export interface BranchingMemory {
  /** Old contents, which the disk has overwritten and branches need. */
  readonly kept: number;
  /** What branches have written; what several have is there once. */
  readonly written: number;
}

/**
 * A disk that branches can be taken of, at any time and for nothing: a branch begins as the disk is at
 * that time and is changed apart from it. The disk writes to its base, as without all this; branches
 * write to memory.
 *
 * ```
 *   disk ───── writes ─────▶ base ◀──────────────┐
 *     │ before: the old page, if needed          │ what nobody has changed
 *     ▼                                          │
 *   kept pages ◀── at the branch's moment ── branch ──▶ its tree of written pages
 * ```
 *
 * A write that is under way when a branch is taken is in it, or its later pieces are not; one that
 * comes after is not. Disk and branches are closed in any order; the base goes with the last. Nobody
 * else may write to the base.
 *
 * Memory is bounded. When that for old contents is used up, the disk's writes go on, and branches'
 * reads of what was overwritten then reject with DiskError 'disk-full'. When that for branches' writes
 * is used up, these reject so.
 */
export class BranchingDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #origin: Origin;
  readonly #top: Top;
  #closed = false;

  private constructor(origin: Origin, top: Top, readOnly: boolean) {
    this.#origin = origin;
    this.#top = top;
    this.size = origin.base.size;
    this.readOnly = readOnly;
  }

  /** A disk that writes to `base`. Branches can be written to if it can. */
  static on(base: Disk, options: BranchingOptions = {}): BranchingDisk {
    const origin = new Origin(base, options);
    return new BranchingDisk(origin, new InPlace(origin), base.readOnly);
  }

  /** A disk that begins as `base`, which nobody may change, and writes to memory, as its branches do. */
  static over(base: Disk, options: BranchingOptions = {}): BranchingDisk {
    const origin = new Origin(base, options);
    return new BranchingDisk(origin, Branch.of(origin, new ChangedBlocks()), false);
  }

  /**
   * A disk that begins as this one is now, for its taker to close.
   *
   * @throws DiskError 'disk-unavailable' if this one is closed
   */
  branch(): BranchingDisk {
    this.#mustBeOpen();
    return new BranchingDisk(this.#origin, this.#top.branch(), this.readOnly);
  }

  /**
   * Now, for `changedSince`; any number of marks may be in use. They are good for branches taken later
   * too, so that a branch tells, for as long as it is only read, what changed between a mark and itself.
   */
  mark(): number {
    return this.#top.changed.mark();
  }

  /**
   * Numbers of blocks of BLOCK_SIZE bytes that something has changed since a mark, ascending: writes,
   * zeros, discards, and what of these failed or was under way at the mark.
   *
   * @throws ConfigurationError for what is no mark of this disk's
   */
  changedSince(mark: number): Iterable<number> {
    return this.#top.changed.since(mark);
  }

  /** What this disk and all others of the same base keep in memory. */
  get memory(): BranchingMemory {
    return { kept: this.#origin.keptBytes, written: this.#origin.written.bytes };
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    await this.#top.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#mayChange();
    await this.#top.write(offset, bytes);
  }

  async flush(): Promise<void> {
    this.#mustBeOpen();
    await this.#top.flush();
  }

  async discard(offset: number, length: number): Promise<void> {
    this.#mayChange();
    await this.#top.discard(offset, length);
  }

  async writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    this.#mayChange();
    await this.#top.writeZeroes(offset, length, unmap);
  }

  extents(offset: number, length: number): AsyncIterable<Extent> {
    this.#mustBeOpen();
    return this.#top.extents(offset, length);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#top.close();
  }

  #mayChange(): void {
    this.#mustBeOpen();
    if (!this.readOnly) return;
    throw new DiskError('read-only', 'the disk was opened for reading');
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new DiskError('unavailable', 'the disk is closed already');
  }
}
