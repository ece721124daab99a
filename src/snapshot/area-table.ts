import { BLOCK_PAGES } from './format.js';
import type { Placement } from './manifest-fields.js';
import type { Packs } from './packs.js';
import { radixOrder } from './radix-order.js';

/** Where the pages of an area are, by their index. */
export class AreaTable {
  readonly numbers: Uint32Array<ArrayBuffer>;
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** Pairs: number of the pack in `packs`, place in it. */
  readonly places: Uint32Array<ArrayBuffer>;
  #packs: Placement['packs'];
  /** Indices of pages by pack and place. */
  #order: Uint32Array | undefined;

  constructor(
    numbers: Uint32Array<ArrayBuffer>,
    hashes: Uint8Array<ArrayBuffer>,
    places: Uint32Array<ArrayBuffer>,
    packs: Placement['packs'],
  ) {
    this.numbers = numbers;
    this.hashes = hashes;
    this.places = places;
    this.#packs = packs;
  }

  get packs(): Placement['packs'] {
    return this.#packs;
  }

  /** The first page whose place no pack of the list can have, or -1. */
  misplaced(): number {
    for (let index = 0; index < this.numbers.length; index++) {
      const pack = this.#packs[this.places[2 * index] as number];
      const place = this.places[2 * index + 1] as number;
      if (pack === undefined || place >= pack.blocks * BLOCK_PAGES) return index;
    }
    return -1;
  }

  /** Whether two pages are compressed together. */
  sameBlock(one: number, other: number): boolean {
    const { places } = this;
    const blockOf = (index: number) => Math.floor((places[2 * index + 1] as number) / BLOCK_PAGES);
    return places[2 * one] === places[2 * other] && blockOf(one) === blockOf(other);
  }

  /** Indices of the pages, in the order in which the packs have them. */
  order(): Uint32Array {
    if (this.#order !== undefined) return this.#order;
    const firsts: number[] = [];
    let blocks = 0;
    for (const pack of this.#packs) {
      firsts.push(blocks * BLOCK_PAGES);
      blocks += pack.blocks;
    }
    const count = this.numbers.length;
    const keys = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      const first = firsts[this.places[2 * index] as number] as number;
      keys[index] = first + (this.places[2 * index + 1] as number);
    }
    this.#order = radixOrder(keys);
    return this.#order;
  }

  /**
   * Looks for pages whose packs are gone: a collection has moved them. False if no pack is gone.
   *
   * @param found told of each pack that has some
   */
  async relocate(packs: Packs, found: (pack: string) => void): Promise<boolean> {
    const there = new Set(await packs.list());
    const gone = this.#packs.map(({ id }) => !there.has(id));
    if (!gone.includes(true)) return false;
    await packs.search();
    const list = [...this.#packs];
    const numbers = new Map(list.map(({ id }, number) => [id, number]));
    for (let index = 0; index < this.numbers.length; index++) {
      if (gone[this.places[2 * index] as number] !== true) continue;
      const page = packs.find(this.hashes, index);
      if (page === undefined) continue;
      const { id, blocks } = page.pack;
      let number = numbers.get(id);
      if (number === undefined) {
        number = list.length;
        numbers.set(id, number);
        list.push({ id, blocks });
        found(id);
      }
      this.places[2 * index] = number;
      this.places[2 * index + 1] = page.place;
    }
    this.#packs = list;
    this.#order = undefined;
    return true;
  }
}
