import type { Stretch } from '../extents.js';
import type { MemoryPool } from '../memory-pool.js';
import { PAGE, ZERO_BYTES } from '../page-pieces.js';

/** What an entry takes besides the page's bytes. */
const ENTRY_BYTES = 256;
/** Stands for a content that there was no memory to keep. */
export const LOST = new Uint8Array(0);
/** Entries without bytes that are kept once memory is used up; then all that is kept is given up. */
const MOST_LOST = 2 ** 18;
/** Somewhat less than V8's limit for the entries of a Map. */
const MOST_PAGES = 2 ** 24 - 2 ** 16;

/** A time at which branches were taken: they see the disk as it was then. */
export class Moment {
  /** Ascending in time. */
  readonly number: number;
  /** Branches, and branches of theirs, that see the disk so. */
  users = 0;
  /** What was kept aside since, before the next moment that anybody needs. */
  kept: Kept;
  /** Nothing of it can be read any more. */
  lost = false;

  constructor(number: number) {
    this.number = number;
    this.kept = { moment: this, pages: new Set() };
  }
}

interface Kept {
  moment: Moment;
  readonly pages: Set<number>;
}

/** A page's content at a moment, and since the moment before it for which there is one. */
interface Version {
  kept: Kept;
  readonly content: Uint8Array;
}

/**
 * Old contents of a disk's pages, by the moments that need them. One content serves all moments that
 * see it, and is found in a time that hardly grows with their number: the earliest that was kept at a
 * moment or after it.
 *
 * ```
 *   moment      1      2      3      4     now
 *   written         B             C      D
 *   kept        A             B      C             2 and 3 see B, 4 sees C
 * ```
 *
 * Pages, not larger blocks: to read 64 KiB of a file takes half as long again as 4 KiB, but scattered
 * writes would keep 16 times as much.
 */
export class KeptPages {
  readonly #pool: MemoryPool;
  readonly #versions = new Map<number, Version[]>();
  /** Those that somebody needs, ascending. */
  #moments: Moment[] = [];
  #last = 0;
  #lost = 0;

  /** @param pool what the contents count in */
  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** The newest moment that anybody needs. */
  get newest(): Moment | undefined {
    return this.#moments.at(-1);
  }

  /** Now, as a moment; its user gives it back. */
  take(): Moment {
    let moment = this.newest;
    // What nobody has changed since is the same moment.
    if (moment === undefined || moment.kept.pages.size > 0) {
      moment = new Moment(++this.#last);
      this.#moments.push(moment);
    }
    moment.users++;
    return moment;
  }

  /** A user of a moment is gone; what nobody needs then is forgotten. */
  release(moment: Moment): void {
    if (--moment.users > 0 || moment.lost) return;
    const index = this.#moments.indexOf(moment);
    this.#moments.splice(index, 1);
    const before = this.#moments[index - 1];
    if (before === undefined) this.#forget(moment.kept);
    else this.#join(before, moment);
  }

  /** Whether a page's content must be kept before it is changed. */
  needs(page: number): boolean {
    const { newest } = this;
    return newest !== undefined && this.#versions.get(page)?.at(-1)?.kept !== newest.kept;
  }

  /** Keeps what a page, which is needed, has. */
  keep(page: number, content: Uint8Array): void {
    const { newest } = this;
    if (newest === undefined) return;
    const versions = this.#versions.get(page);
    const last = versions?.at(-1);
    if (last !== undefined && last.content === content) {
      // It has been so since, or is so again: whoever is in between sees the same.
      last.kept.pages.delete(page);
      last.kept = newest.kept;
    } else {
      const version = { kept: newest.kept, content: this.#admit(content) };
      if (versions === undefined) this.#versions.set(page, [version]);
      else versions.push(version);
    }
    newest.kept.pages.add(page);
    if (this.#lost > MOST_LOST || this.#versions.size > MOST_PAGES) this.#loseAll();
  }

  /** Whether there is memory for a page's bytes. */
  get hasRoom(): boolean {
    return this.#pool.hasRoom(PAGE + ENTRY_BYTES);
  }

  /** What a page had at a moment: LOST, or undefined if it has that still. */
  at(moment: Moment, page: number): Uint8Array | undefined {
    const versions = this.#versions.get(page);
    if (versions === undefined) return undefined;
    let [low, high] = [0, versions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] as Version).kept.moment.number < moment.number) low = middle + 1;
      else high = middle;
    }
    return versions[low]?.content;
  }

  /** What is kept of a range of bytes at a moment, in stretches of pages, ascending. */
  stretches(moment: Moment, start: number, end: number): Stretch[] {
    const found: Stretch[] = [];
    for (const page of this.#within(this.#versions, start, end)) {
      const content = this.at(moment, page);
      if (content === undefined) continue;
      const data = content !== ZERO_BYTES;
      const last = found.at(-1);
      if (last !== undefined && last.end === page * PAGE && last.data === data) last.end += PAGE;
      else found.push({ start: page * PAGE, end: (page + 1) * PAGE, data });
    }
    return found;
  }

  /** Whole pages in a range of bytes that may be changed freely, in stretches, ascending. */
  freeStretches(start: number, end: number): { start: number; end: number }[] {
    const { newest } = this;
    if (newest === undefined) return [{ start, end }];
    const found: { start: number; end: number }[] = [];
    for (const page of this.#within(newest.kept.pages, start, end)) {
      if (page * PAGE < start || (page + 1) * PAGE > end) continue;
      const last = found.at(-1);
      if (last?.end === page * PAGE) last.end += PAGE;
      else found.push({ start: page * PAGE, end: (page + 1) * PAGE });
    }
    return found;
  }

  /** Numbers of pages among `pages` that touch a range, which may be a disk with few of them. */
  #within(
    pages: { readonly size: number; has(page: number): boolean; keys(): Iterable<number> },
    start: number,
    end: number,
  ): number[] {
    const first = Math.floor(start / PAGE);
    const stop = Math.ceil(end / PAGE);
    const found: number[] = [];
    if (stop - first > pages.size) {
      for (const page of pages.keys()) if (page >= first && page < stop) found.push(page);
      return found.sort((a, b) => a - b);
    }
    for (let page = first; page < stop; page++) if (pages.has(page)) found.push(page);
    return found;
  }

  /** The content as it is kept: with what it takes counted, or LOST. */
  #admit(content: Uint8Array): Uint8Array {
    const bytes = content === ZERO_BYTES ? 0 : content.length;
    if (content !== LOST && this.#pool.hasRoom(bytes + ENTRY_BYTES)) {
      this.#pool.bytes += bytes + ENTRY_BYTES;
      return content;
    }
    this.#lost++;
    return LOST;
  }

  #dismiss({ content }: Version): void {
    if (content === LOST) this.#lost--;
    else this.#pool.bytes -= ENTRY_BYTES + (content === ZERO_BYTES ? 0 : content.length);
  }

  /** Forgets what only the earliest moment needed. */
  #forget({ pages }: Kept): void {
    for (const page of pages) {
      const versions = this.#versions.get(page) as Version[];
      this.#dismiss(versions.shift() as Version);
      if (versions.length === 0) this.#versions.delete(page);
    }
  }

  /** What was kept for `gone` is `before`'s, unless that has something older. */
  #join(before: Moment, gone: Moment): void {
    // The larger set stays, whichever it is: closing many in a row moves no page often.
    const [small, large] =
      before.kept.pages.size < gone.kept.pages.size
        ? [before.kept, gone.kept]
        : [gone.kept, before.kept];
    for (const page of small.pages) {
      const versions = this.#versions.get(page) as Version[];
      if (large.pages.has(page)) {
        const late = versions.findIndex(({ kept }) => kept === gone.kept);
        for (const version of versions.splice(late, 1)) this.#dismiss(version);
      } else {
        large.pages.add(page);
      }
      const mine = versions.find(({ kept }) => kept === small);
      if (mine !== undefined) mine.kept = large;
    }
    large.moment = before;
    before.kept = large;
  }

  /** Too much is lost to remember what: the moments end here. */
  #loseAll(): void {
    for (const moment of this.#moments) {
      this.#forget(moment.kept);
      moment.kept.pages.clear();
      moment.lost = true;
    }
    this.#moments = [];
  }
}
