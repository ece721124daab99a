import { SnapshotError } from '../core/errors.js';
import { AreaTable } from './area-table.js';
import { BlockCache } from './block-cache.js';
import { BLOCK_PAGES, PAGE_SIZE } from './format.js';
import { compareHashes } from './hash-order.js';
import { damagedSnapshot, type Manifest } from './manifest.js';
import type { Placement } from './manifest-fields.js';
import type { ObjectStore } from './object-store.js';
import type { PackUses } from './pack-uses.js';
import type { Packs } from './packs.js';
import type { SnapshotHead, SnapshotInfo } from './snapshot-info.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** Pages that `stream` and `readAround` give at once: one page may stand for thousands of the same content. */
const AT_ONCE = 256;
/** Neighbours that `readAround` gives: as many as a block has, and some that are equal. */
const AROUND = 2 * BLOCK_PAGES;
/** How far from it, counted in pages with content, these are looked for. */
const REACH = 3 * BLOCK_PAGES;
/** Blocks that `stream` reads ahead, so that inflating and using take turns. */
const AHEAD = 4;

export interface ReaderSurroundings {
  readonly objects: ObjectStore;
  readonly tools: SnapshotTools;
  readonly packs: Packs;
  readonly uses: PackUses;
}

/** Pages by their index in `pages(area)`. */
export interface PagesAround {
  readonly indices: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Pages by their number. */
export interface PageRun {
  readonly numbers: Uint32Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A snapshot that can be read; what it gives has been compared with its hash. Close it. */
export class SnapshotReader {
  readonly info: SnapshotInfo;
  readonly head: SnapshotHead;
  /** Names of the state sections, in the order in which they were set. */
  readonly sections: readonly string[];
  readonly objects: ObjectStore;
  readonly #around: ReaderSurroundings;
  readonly #manifest: Manifest;
  readonly #numbers: ReadonlyMap<string, Uint32Array<ArrayBuffer>>;
  readonly #state: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly #areas = new Map<string, Promise<AreaTable>>();
  readonly #blocks: BlockCache;
  readonly #use: ReturnType<PackUses['begin']>;
  #closed = false;

  private constructor(
    around: ReaderSurroundings,
    manifest: Manifest,
    numbers: ReadonlyMap<string, Uint32Array<ArrayBuffer>>,
    state: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ) {
    this.#around = around;
    this.objects = around.objects;
    this.#manifest = manifest;
    this.#numbers = numbers;
    this.#state = state;
    this.info = manifest.info;
    this.head = manifest.front.head;
    this.sections = manifest.front.sections.map(({ name }) => name);
    this.#blocks = new BlockCache(async (pack, block) =>
      (await around.packs.open(pack)).block(block),
    );
    this.#use = around.uses.begin();
    for (const { id } of manifest.placement.packs) this.#use.use(id);
  }

  static async open(around: ReaderSurroundings, manifest: Manifest): Promise<SnapshotReader> {
    const { areas, sections } = manifest.front;
    const numbers = new Map<string, Uint32Array<ArrayBuffer>>();
    for (let area = 0; area < areas.length; area++) {
      numbers.set((areas[area] as { name: string }).name, await manifest.numbers(area));
    }
    const state = new Map<string, Uint8Array<ArrayBuffer>>();
    for (let index = 0; index < sections.length; index++) {
      state.set((sections[index] as { name: string }).name, await manifest.section(index));
    }
    return new SnapshotReader(around, manifest, numbers, state);
  }

  state(section: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#state.get(section);
  }

  /** Names of the areas that have pages. */
  get areas(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  /** Numbers of an area's pages with content, ascending; do not change them. */
  pages(area: string): Uint32Array<ArrayBuffer> {
    return this.#numbers.get(area) ?? new Uint32Array(0);
  }

  /**
   * Contents by index into `pages(area)`, one after another.
   *
   * @throws SnapshotError 'damaged' or 'missing' naming the page
   */
  async read(area: string, indices: Uint32Array): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#located(area, async (table) => {
      const bytes = new Uint8Array(indices.length * PAGE_SIZE);
      for (let at = 0; at < indices.length; at++) {
        const index = indices[at] as number;
        const page = await this.#page(area, table, index);
        bytes.set(page, at * PAGE_SIZE);
      }
      return bytes;
    });
  }

  /** The page asked for first, then others of the same block: they cost little more. */
  async readAround(area: string, index: number): Promise<PagesAround> {
    return await this.#located(area, async (table) => {
      // Pages were packed in the order of their numbers, but for those that were known: no table has to be sorted for it.
      const found = [index];
      const end = Math.min(table.numbers.length, index + REACH);
      for (let at = Math.max(0, index - REACH); at < end && found.length < AROUND; at++) {
        if (at !== index && table.sameBlock(index, at)) found.push(at);
      }
      const indices = Uint32Array.from(found);
      const bytes = new Uint8Array(indices.length * PAGE_SIZE);
      for (let at = 0; at < found.length; at++) {
        bytes.set(await this.#page(area, table, found[at] as number), at * PAGE_SIZE);
      }
      return { indices, bytes };
    });
  }

  /** All pages of an area, in the packs' order: each block is read and inflated once. */
  async *stream(area: string): AsyncGenerator<PageRun, void, undefined> {
    await this.#checkIndexes(area);
    const ahead: Promise<PageRun>[] = [];
    let next = 0;
    const table = await this.#area(area);
    const indices = table.order();
    const begin = () => {
      let end = next + 1;
      const first = indices[next] as number;
      while (
        end < indices.length &&
        end - next < AT_ONCE &&
        table.sameBlock(first, indices[end] as number)
      ) {
        end++;
      }
      const some = indices.subarray(next, end);
      // Should a collection move them now, they are found where they have gone.
      const run = this.#located(area, (there) => this.#run(area, there, some));
      run.catch(() => undefined);
      ahead.push(run);
      next = end;
    };
    while (next < indices.length || ahead.length > 0) {
      while (next < indices.length && ahead.length < AHEAD) begin();
      yield await (ahead.shift() as Promise<PageRun>);
    }
  }

  /** For a writer that keeps pages: hashes, places, and the packs that the places name. */
  async table(
    area: string,
  ): Promise<{ hashes: Uint8Array; places: Uint32Array; packs: Placement['packs'] }> {
    return await this.#area(area);
  }

  /** Lets go of what it used; reading then fails. */
  close(): void {
    this.#closed = true;
    this.#use.end();
    this.#blocks.clear();
    this.#areas.clear();
  }

  async #run(area: string, table: AreaTable, indices: Uint32Array): Promise<PageRun> {
    const numbers = new Uint32Array(indices.length);
    const bytes = new Uint8Array(indices.length * PAGE_SIZE);
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at] as number;
      numbers[at] = table.numbers[index] as number;
      bytes.set(await this.#page(area, table, index), at * PAGE_SIZE);
    }
    return { numbers, bytes };
  }

  /** One page, compared with its hash. */
  async #page(area: string, table: AreaTable, index: number): Promise<Uint8Array<ArrayBuffer>> {
    const pack = table.packs[table.places[2 * index] as number];
    const place = table.places[2 * index + 1] as number;
    if (pack === undefined) throw this.#lost(area, table, index);
    const block = Math.floor(place / BLOCK_PAGES);
    const cached = this.#blocks.get(pack.id, block);
    const bytes = cached instanceof Promise ? await cached : cached;
    const at = (place % BLOCK_PAGES) * PAGE_SIZE;
    const page = bytes.subarray(at, at + PAGE_SIZE);
    const hashing = this.#around.tools.sha256(page);
    const hash = hashing instanceof Promise ? await hashing : hashing;
    if (page.length === PAGE_SIZE && compareHashes(hash, 0, table.hashes, index) === 0) return page;
    throw damagedSnapshot(
      this.objects,
      this.info.id,
      `page ${table.numbers[index]} of ${area} is not at place ${place} of pack ${pack.id}`,
    );
  }

  /** Does something with a table; if a pack has gone, once more with what has become of its pages. */
  async #located<T>(area: string, task: (table: AreaTable) => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new SnapshotError('store', `snapshot ${this.info.id} was closed`);
    }
    const table = await this.#area(area);
    try {
      return await task(table);
    } catch (error) {
      if (!(error instanceof SnapshotError) || error.code !== 'snapshot-missing') throw error;
      const found = (pack: string) => this.#use.use(pack);
      if (!(await table.relocate(this.#around.packs, found))) throw error;
      return await task(table);
    }
  }

  /** Whoever reads everything also reads the indexes: later snapshots rely on them. */
  async #checkIndexes(area: string): Promise<void> {
    await this.#located(area, async (table) => {
      const used = new Set<number>();
      for (let at = 0; at < table.places.length; at += 2) used.add(table.places[at] as number);
      for (const number of used) {
        const pack = table.packs[number];
        if (pack !== undefined) await (await this.#around.packs.open(pack.id)).index();
      }
    });
  }

  #area(name: string): Promise<AreaTable> {
    let area = this.#areas.get(name);
    if (area === undefined) {
      area = this.#readArea(name).catch((error) => {
        this.#areas.delete(name);
        throw error;
      });
      this.#areas.set(name, area);
    }
    return area;
  }

  async #readArea(name: string): Promise<AreaTable> {
    const { packs } = this.#manifest.placement;
    const area = this.#manifest.front.areas.findIndex((other) => other.name === name);
    const numbers = this.pages(name);
    if (area < 0) return new AreaTable(numbers, new Uint8Array(0), new Uint32Array(0), packs);
    const { hashes, places } = await this.#manifest.table(area);
    const table = new AreaTable(numbers, hashes, places, packs);
    const wrong = table.misplaced();
    if (wrong < 0) return table;
    const what = `page ${numbers[wrong]} of ${name} is at a place that no pack of it has`;
    throw damagedSnapshot(this.objects, this.info.id, what);
  }

  #lost(area: string, table: AreaTable, index: number): SnapshotError {
    return new SnapshotError(
      'missing',
      `${this.objects.name}: page ${table.numbers[index]} of ${area} in snapshot ${this.info.id} is in no pack`,
    );
  }
}
