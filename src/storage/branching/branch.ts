import { DiskError } from '../../core/errors.js';
import type { Extent } from '../../machine/disk.js';
import { layeredExtents } from '../extents.js';
import { PageTree } from '../page-tree.js';
import { settleAll } from '../settle-all.js';
import type { ChangedBlocks } from './changed-blocks.js';
import type { Moment } from './kept-pages.js';
import type { Origin } from './origin.js';
import type { Top } from './top.js';

/**
 * A branch: what it and those that it was taken of have written, in a tree of its own, over what the
 * base was at a moment. However long the line of branches, a read looks into one tree.
 */
export class Branch implements Top {
  readonly changed: ChangedBlocks;
  readonly #origin: Origin;
  readonly #moment: Moment;
  readonly #tree: PageTree;

  /** @param moment taken for this branch */
  private constructor(origin: Origin, moment: Moment, tree: PageTree, changed: ChangedBlocks) {
    this.#origin = origin;
    this.#moment = moment;
    this.#tree = tree;
    this.changed = changed;
    origin.use();
  }

  /** A branch of what the base is now. */
  static of(origin: Origin, changed: ChangedBlocks): Branch {
    const tree = new PageTree(origin.base.size, origin.written);
    return new Branch(origin, origin.kept.take(), tree, changed);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const missing = this.#tree.missing(offset, into.length);
    await settleAll(
      missing.map((part) => {
        const at = part.offset - offset;
        const bytes = into.subarray(at, at + part.length);
        return this.#origin.readAt(this.#moment, part.offset, bytes);
      }),
    );
    this.#tree.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#makeRoom(this.#tree.writeGrowth(offset, bytes.length));
    this.#tree.write(offset, bytes);
    this.changed.note(offset, bytes.length);
  }

  async flush(): Promise<void> {}

  async discard(offset: number, length: number): Promise<void> {
    // What lies beneath would be older than old bytes: whole pages become zeros.
    this.#tree.release(offset, length);
    this.changed.note(offset, length);
  }

  async writeZeroes(offset: number, length: number): Promise<void> {
    this.#makeRoom(this.#tree.zeroGrowth(offset, length));
    this.#tree.zero(offset, length);
    this.changed.note(offset, length);
  }

  extents(offset: number, length: number): AsyncIterable<Extent> {
    return layeredExtents(this.#origin.base, offset, length, [
      (start, end) => this.#origin.stretchesAt(this.#moment, start, end),
      (start, end) => this.#tree.stretches(start, end),
    ]);
  }

  branch(): Branch {
    this.#moment.users++;
    return new Branch(this.#origin, this.#moment, this.#tree.share(), this.changed.share());
  }

  async close(): Promise<void> {
    this.#tree.clear();
    this.#origin.kept.release(this.#moment);
    await this.#origin.leave();
  }

  #makeRoom(growth: number): void {
    const { written } = this.#origin;
    if (written.hasRoom(growth)) return;
    const message = `branches of the disk have written ${written.limit} bytes of memory, their limit`;
    throw new DiskError('full', message);
  }
}
