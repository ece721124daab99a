import { SECTOR_SIZE } from '../machine/disk.js';
import type { Stretch } from './extents.js';
import type { MemoryPool } from './memory-pool.js';
import { ALL_SECTORS, PAGE, pieces, ZERO_BYTES } from './page-pieces.js';

/** Slots of a node: one copied for a write is small, and a disk of a terabyte has six levels. */
const FAN = 32;
/** What a node takes, and what a page takes besides its bytes. */
const NODE_BYTES = 384;
const PAGE_BYTES = PAGE + 192;

class Node {
  references = 1;
  readonly slots: Slot[];

  constructor(slots: Slot[]) {
    this.slots = slots;
  }
}

class Page {
  references = 1;
  /** Which sectors are here, one bit each. */
  mask: number;
  readonly bytes: Uint8Array;

  constructor(mask: number, bytes: Uint8Array) {
    this.mask = mask;
    this.bytes = bytes;
  }
}

/** Undefined: whatever lies beneath. */
type Slot = Node | Page | undefined;

/** A page of zeros, which is not counted; in a slot above the last level, as many of them as the slot stands for. */
const ZERO = new Page(ALL_SECTORS, ZERO_BYTES);

/**
 * Sectors that were written, in memory, whatever lies beneath the others. A tree whose nodes and pages
 * are counted by reference, as a VM's guest map: `share` makes a second one at once that is changed
 * apart from the first, and what neither has changed since is there once.
 */
export class PageTree {
  readonly #pages: number;
  /** Pages that the root stands for: a power of FAN. */
  readonly #span: number;
  readonly #pool: MemoryPool;
  #root: Slot;

  /** @param size of the disk in bytes. @param pool what the tree's memory counts in */
  constructor(size: number, pool: MemoryPool, root?: Slot) {
    this.#pages = Math.ceil(size / PAGE);
    let span = FAN;
    while (span < this.#pages) span *= FAN;
    this.#span = span;
    this.#pool = pool;
    this.#root = root;
  }

  /** A tree with the same content. */
  share(): PageTree {
    if (this.#root !== undefined) this.#root.references++;
    return new PageTree(this.#pages * PAGE, this.#pool, this.#root);
  }

  /** Memory that writing a range would add, but for a few nodes. */
  writeGrowth(offset: number, length: number): number {
    let growth = 0;
    for (let page = Math.floor(offset / PAGE); page * PAGE < offset + length; page++) {
      if (!this.#isOwn(page)) growth += PAGE_BYTES;
    }
    return growth;
  }

  /** Memory that `zero` would add, but for a few nodes: for parts of pages at either end. */
  zeroGrowth(offset: number, length: number): number {
    return this.#edges(offset, length)
      .map(([from, to]) => (from < to ? this.writeGrowth(from, to - from) : 0))
      .reduce((sum, growth) => sum + growth);
  }

  write(offset: number, bytes: Uint8Array): void {
    for (const piece of pieces(offset, bytes.length)) {
      const page = this.#own(piece.page);
      page.bytes.set(bytes.subarray(piece.at, piece.at + piece.length), piece.start);
      page.mask |= piece.mask;
    }
  }

  /** Makes a range zeros, and gives back the memory of whole pages. */
  zero(offset: number, length: number): void {
    for (const [from, to] of this.#edges(offset, length)) {
      for (const piece of pieces(from, to - from)) {
        if (this.#find(piece.page) === ZERO) continue;
        const page = this.#own(piece.page);
        page.bytes.fill(0, piece.start, piece.start + piece.length);
        page.mask |= piece.mask;
      }
    }
    this.release(offset, length);
  }

  /** Makes whole pages in a range zeros; what the range has of others stays as it is. */
  release(offset: number, length: number): void {
    const first = Math.ceil(offset / PAGE);
    const end = Math.floor((offset + length) / PAGE);
    if (first >= end) return;
    // Beyond the disk's end nothing is read: a tree of zeros to the end has no nodes for it.
    const all = end === this.#pages ? this.#span : end;
    this.#root = this.#zeroed(this.#root, 0, this.#span, first, all);
  }

  /** Parts of a range, each as much of it as lies in some pages, of which not all sectors are here. */
  missing(offset: number, length: number): { offset: number; length: number }[] {
    const found: { offset: number; length: number }[] = [];
    for (const piece of pieces(offset, length)) {
      if (((this.#find(piece.page)?.mask ?? 0) & piece.mask) === piece.mask) continue;
      const last = found.at(-1);
      const at = offset + piece.at;
      if (last !== undefined && last.offset + last.length === at) last.length += piece.length;
      else found.push({ offset: at, length: piece.length });
    }
    return found;
  }

  /** Puts the sectors that are here into `into`, and leaves the rest of it as it is. */
  read(offset: number, into: Uint8Array): void {
    if (this.#root === undefined) return;
    for (const piece of pieces(offset, into.length)) {
      const page = this.#find(piece.page);
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

  /** What is here of a range of bytes, in stretches of pages, ascending. */
  stretches(start: number, end: number): Stretch[] {
    const found: Stretch[] = [];
    const first = Math.floor(start / PAGE);
    this.#collect(this.#root, 0, this.#span, first, Math.ceil(end / PAGE), found);
    return found;
  }

  clear(): void {
    this.#drop(this.#root);
    this.#root = undefined;
  }

  /** The parts of a range before and after its whole pages. */
  #edges(offset: number, length: number): [number, number][] {
    const end = offset + length;
    const head = Math.min(end, Math.ceil(offset / PAGE) * PAGE);
    const tail = Math.max(head, Math.floor(end / PAGE) * PAGE);
    return [
      [offset, head],
      [tail, end],
    ];
  }

  #find(page: number): Page | undefined {
    let slot = this.#root;
    for (let span = this.#span; slot instanceof Node; ) {
      span /= FAN;
      slot = slot.slots[Math.floor(page / span) % FAN];
    }
    return slot;
  }

  /** Whether a page may be written to as it is: all on the way to it are this tree's alone. */
  #isOwn(page: number): boolean {
    let slot = this.#root;
    for (let span = this.#span; slot instanceof Node; ) {
      if (slot.references > 1) return false;
      span /= FAN;
      slot = slot.slots[Math.floor(page / span) % FAN];
    }
    return slot !== undefined && slot !== ZERO && slot.references === 1;
  }

  /** The page as one that may be written to. */
  #own(page: number): Page {
    let span = this.#span;
    let node = this.#ownNode(this.#root);
    this.#root = node;
    for (;;) {
      span /= FAN;
      const index = Math.floor(page / span) % FAN;
      if (span === 1) {
        const own = this.#ownPage(node.slots[index] as Page | undefined);
        node.slots[index] = own;
        return own;
      }
      const below = this.#ownNode(node.slots[index]);
      node.slots[index] = below;
      node = below;
    }
  }

  #ownNode(slot: Slot): Node {
    if (slot instanceof Node && slot.references === 1) return slot;
    this.#pool.bytes += NODE_BYTES;
    if (!(slot instanceof Node)) return new Node(new Array<Slot>(FAN).fill(slot));
    for (const below of slot.slots) if (below !== undefined) below.references++;
    slot.references--;
    return new Node([...slot.slots]);
  }

  #ownPage(page: Page | undefined): Page {
    if (page !== undefined && page !== ZERO && page.references === 1) return page;
    this.#pool.bytes += PAGE_BYTES;
    if (page === undefined) return new Page(0, new Uint8Array(PAGE));
    page.references--;
    return new Page(page.mask, page.bytes.slice());
  }

  /** A slot for pages from `at` on, of which those from `first` to `end` have become zeros. */
  #zeroed(slot: Slot, at: number, span: number, first: number, end: number): Slot {
    if (slot === ZERO) return ZERO;
    if (first <= at && at + span <= end) {
      this.#drop(slot);
      return ZERO;
    }
    const node = this.#ownNode(slot);
    const step = span / FAN;
    const from = Math.max(0, Math.floor((first - at) / step));
    const to = Math.min(FAN, Math.ceil((end - at) / step));
    for (let index = from; index < to; index++) {
      node.slots[index] = this.#zeroed(node.slots[index], at + index * step, step, first, end);
    }
    return node;
  }

  #drop(slot: Slot): void {
    if (slot === undefined || slot === ZERO || --slot.references > 0) return;
    if (slot instanceof Node) {
      this.#pool.bytes -= NODE_BYTES;
      for (const below of slot.slots) this.#drop(below);
    } else {
      this.#pool.bytes -= PAGE_BYTES;
    }
  }

  #collect(
    slot: Slot,
    at: number,
    span: number,
    first: number,
    end: number,
    into: Stretch[],
  ): void {
    if (slot === undefined || at >= end || at + span <= first) return;
    if (slot instanceof Node) {
      const step = span / FAN;
      for (const [index, below] of slot.slots.entries()) {
        this.#collect(below, at + index * step, step, first, end, into);
      }
      return;
    }
    const data = slot !== ZERO;
    const stop = Math.min(at + span, end) * PAGE;
    const last = into.at(-1);
    if (last !== undefined && last.end === at * PAGE && last.data === data) last.end = stop;
    else into.push({ start: Math.max(at, first) * PAGE, end: stop, data });
  }
}
