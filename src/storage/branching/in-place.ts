import type { Extent } from '../../machine/disk.js';
import { extentsOf } from '../extents.js';
import { Branch } from './branch.js';
import { ChangedBlocks } from './changed-blocks.js';
import type { Origin } from './origin.js';
import type { Top } from './top.js';

/** Bytes that are changed at once while branches live: the largest cluster that an image has. */
const PIECE = 2 ** 21;

/** The disk that branches are taken of: it writes to the base, and keeps aside what they need before. */
export class InPlace implements Top {
  readonly changed = new ChangedBlocks();
  readonly #origin: Origin;

  constructor(origin: Origin) {
    this.#origin = origin;
    origin.use();
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#origin.base.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const { base, kept } = this.#origin;
    const claim = this.#origin.lock(offset, bytes.length, true);
    const lock = claim instanceof Promise ? await claim : claim;
    try {
      if (kept.newest === undefined) {
        // As mostly: it shall cost no more than the base's write.
        const underWay = this.changed.begin(offset, bytes.length);
        try {
          await base.write(offset, bytes);
        } finally {
          this.changed.end(underWay);
        }
        return;
      }
      for (let done = 0; done < bytes.length; ) {
        const length = this.#pieceAt(offset + done, bytes.length - done);
        const piece = bytes.subarray(done, done + length);
        await this.#change(offset + done, length, () => base.write(offset + done, piece));
        done += length;
      }
    } finally {
      this.#origin.unlock(lock);
    }
  }

  flush(): Promise<void> {
    return this.#origin.base.flush();
  }

  /** While branches need what is there, the hint is dropped: to keep all of it would be a high price. */
  discard(offset: number, length: number): Promise<void> {
    const { base, kept } = this.#origin;
    return this.#locked(offset, length, async () => {
      const { newest } = kept;
      for (const { start, end } of kept.freeStretches(offset, offset + length)) {
        if (kept.newest !== newest && kept.newest !== undefined) break;
        await this.#noted(start, end - start, () => base.discard(start, end - start));
      }
    });
  }

  writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    const { base, kept } = this.#origin;
    const zero = (from: number, count: number) =>
      this.#change(from, count, () => base.writeZeroes(from, count, unmap));
    return this.#locked(offset, length, async () => {
      if (kept.newest === undefined) return await zero(offset, length);
      // What reads as zeros already stays as it is, and need not be kept.
      for await (const extent of extentsOf(base, offset, length)) {
        for (let done = 0; done < extent.length; ) {
          const count = this.#pieceAt(extent.offset + done, extent.length - done);
          await zero(extent.offset + done, count);
          done += count;
        }
      }
    });
  }

  extents(offset: number, length: number): AsyncIterable<Extent> {
    return extentsOf(this.#origin.base, offset, length);
  }

  branch(): Branch {
    return Branch.of(this.#origin, this.changed.share());
  }

  async close(): Promise<void> {
    const { base, nearsItsEnd } = this.#origin;
    try {
      // Closing the base would flush it too.
      if (!base.readOnly && !nearsItsEnd) await base.flush();
    } finally {
      await this.#origin.leave();
    }
  }

  /** How much of a change goes at once: all, unless something must be kept before. */
  #pieceAt(offset: number, length: number): number {
    if (this.#origin.kept.newest === undefined) return length;
    return Math.min(length, PIECE - (offset % PIECE));
  }

  async #change(offset: number, length: number, change: () => Promise<void>): Promise<void> {
    if (this.#origin.kept.newest !== undefined) {
      const contents = new Map<number, Uint8Array>();
      let reads = this.#origin.keepAside(offset, length, contents);
      for (; reads !== undefined; reads = this.#origin.keepAside(offset, length, contents)) {
        await reads;
      }
    }
    // Nothing may be awaited in between: somebody might take a branch.
    await this.#noted(offset, length, change);
  }

  async #noted(offset: number, length: number, change: () => Promise<void>): Promise<void> {
    const underWay = this.changed.begin(offset, length);
    try {
      await change();
    } finally {
      this.changed.end(underWay);
    }
  }

  async #locked(offset: number, length: number, task: () => Promise<void>): Promise<void> {
    const lock = await this.#origin.lock(offset, length, true);
    try {
      await task();
    } finally {
      this.#origin.unlock(lock);
    }
  }
}
