import { ConfigurationError, InternalError, SnapshotError } from '../core/errors.js';
import { MAX_PAGES, MAX_STATE, PAGE_SIZE } from './format.js';
import { compareHashes } from './hash-order.js';
import { infoOf } from './manifest.js';
import { FieldTrouble, readHead } from './manifest-fields.js';
import { writeManifest } from './manifest-writer.js';
import type { ObjectStore } from './object-store.js';
import type { PackUses } from './pack-uses.js';
import { PackWriter } from './pack-writer.js';
import type { Packs } from './packs.js';
import { PageTable } from './page-table.js';
import type { SnapshotHead, SnapshotInfo } from './snapshot-info.js';
import type { SnapshotReader } from './snapshot-reader.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** What a writer needs of its store. */
export interface WriterSurroundings {
  readonly objects: ObjectStore;
  readonly tools: SnapshotTools;
  /** Searched already. */
  readonly packs: Packs;
  readonly uses: PackUses;
  /** Called once, when the writer has ended. */
  ended(): Promise<void>;
}

/**
 * A snapshot on its way into a store. Nothing of it can be seen before `finish` has resolved; after a failure only
 * `abort` is left to do. What is in memory meanwhile: 44 bytes a page, and 3 MiB.
 */
export class SnapshotWriter {
  readonly #around: WriterSurroundings;
  readonly #use: ReturnType<PackUses['begin']>;
  readonly #pack: PackWriter;
  readonly #areas = new Map<string, PageTable>();
  readonly #sections = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Packs that pages are in, by their number in the manifest; the one being written is number 0. */
  readonly #packNumbers = new Map<string, number>();
  readonly #packBlocks: number[] = [0];
  readonly #zeroHash: Promise<Uint8Array>;
  #pages = 0;
  #state = 0;
  #ended = false;
  #finishing: Promise<unknown> | undefined;

  constructor(around: WriterSurroundings) {
    this.#around = around;
    this.#use = around.uses.begin();
    this.#pack = new PackWriter(around.objects, around.tools);
    this.#packNumbers.set(this.#pack.id, 0);
    this.#use.use(this.#pack.id);
    this.#zeroHash = Promise.resolve(around.tools.sha256(new Uint8Array(PAGE_SIZE)));
  }

  /**
   * Adds pages to an area ('memory', 'disk0'), in any order and each once; those of zeros are left out. Resolves
   * when there is room for more, and the arrays may change. Hashing takes 5 µs a page in one go: a few hundred
   * pages a call leave others their turn.
   *
   * @param bytes 4,096 for each number
   * @throws SnapshotError 'store' if what was added before could not be written
   */
  async addPages(
    area: string,
    numbers: Uint32Array,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    this.#mustBeOpen();
    if (bytes.length !== numbers.length * PAGE_SIZE) {
      throw new InternalError(`${numbers.length} pages were added with ${bytes.length} bytes`);
    }
    const table = this.#area(area, numbers.length);
    const zero = await this.#zeroHash;
    for (let index = 0; index < numbers.length; index++) {
      const page = bytes.subarray(index * PAGE_SIZE, (index + 1) * PAGE_SIZE);
      const hashing = this.#around.tools.sha256(page);
      const hash = hashing instanceof Promise ? await hashing : hashing;
      if (compareHashes(hash, 0, zero, 0) === 0) continue;
      this.#addPage(table, numbers[index] as number, hash, 0, page);
      if (this.#pack.full) await this.#pack.room();
    }
    await this.#pack.room();
  }

  /**
   * Adds pages of an area as another snapshot of the same store has them; none is read.
   *
   * @param numbers ascending; each must have content there
   * @throws SnapshotError 'missing' if the store has lost one
   */
  async keepPages(area: string, from: SnapshotReader, numbers: Uint32Array): Promise<void> {
    this.#mustBeOpen();
    if (from.objects !== this.#around.objects) {
      throw new ConfigurationError(
        `pages of snapshot ${from.info.id} in ${from.objects.name} cannot be kept in ${this.#around.objects.name}: copy it there first`,
      );
    }
    const table = this.#area(area, numbers.length);
    const theirs = from.pages(area);
    const { hashes, places, packs } = await from.table(area);
    const known = this.#around.packs;
    // One that came after this writer began, or one that is gone.
    if (packs.some(({ id }) => !known.has(id))) await known.search();
    let row = 0;
    for (const number of numbers) {
      while (row < theirs.length && (theirs[row] as number) < number) row++;
      if (theirs[row] !== number) {
        throw new InternalError(
          `snapshot ${from.info.id} has no page ${number} of ${area} to keep`,
        );
      }
      const pack = packs[places[2 * row] as number];
      if (pack !== undefined && known.has(pack.id)) {
        table.push(number, hashes, row, this.#packNumber(pack), places[2 * row + 1] as number);
      } else if (!this.#addKnown(table, number, hashes, row)) {
        throw new SnapshotError(
          'missing',
          `${this.#around.objects.name}: page ${number} of ${area} in snapshot ${from.info.id} is in no pack`,
        );
      }
    }
  }

  /** Keeps a copy of a state section; a later one of the same name takes its place. */
  setState(section: string, bytes: Uint8Array): void {
    this.#mustBeOpen();
    this.#state += bytes.length - (this.#sections.get(section)?.length ?? 0);
    if (this.#state > MAX_STATE) {
      throw new ConfigurationError(`a snapshot's state has at most ${MAX_STATE} bytes`);
    }
    this.#sections.set(section, new Uint8Array(bytes));
  }

  /**
   * Makes the snapshot durable, then visible.
   *
   * @throws SnapshotError 'store' if it cannot be written; there is no snapshot then, and the writer has ended
   */
  finish(head: SnapshotHead): Promise<SnapshotInfo> {
    const finishing = this.#finish(head);
    this.#finishing = finishing.catch(() => undefined);
    return finishing;
  }

  async #finish(head: SnapshotHead): Promise<SnapshotInfo> {
    this.#mustBeOpen();
    try {
      const checked = checkedHead(head);
      // One to which only zeros came is as one that nobody named.
      const tables = [...this.#areas.values()].filter(({ count }) => count > 0);
      const areas = tables.map((table) => {
        const { columns, repeated } = table.sorted();
        if (repeated === undefined) return columns;
        throw new InternalError(`page ${repeated} of ${table.name} was added twice`);
      });
      const newPages = this.#pack.pages;
      this.#packBlocks[0] = this.#pack.blocks;
      const packBytes = await this.#pack.finish();
      const packs = [...this.#packNumbers].map(([id, number]) => ({
        id,
        blocks: this.#packBlocks[number] as number,
      }));
      const written = await writeManifest(this.#around.objects, this.#around.tools, {
        head: checked,
        sections: this.#sections,
        areas,
        packs,
        newPages,
        packBytes,
      });
      this.#ended = true;
      await this.#end();
      return infoOf(written);
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
  }

  /** Ends it; nothing of it stays. No error if it has ended; if it is being finished, it waits for that. */
  async abort(): Promise<void> {
    if (this.#finishing === undefined) await this.#giveUp();
    else await this.#finishing;
  }

  async #giveUp(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#pack.abort();
    } finally {
      await this.#end();
    }
  }

  #addPage(
    table: PageTable,
    number: number,
    hashes: Uint8Array,
    row: number,
    page: Uint8Array,
  ): void {
    const own = this.#pack.find(hashes, row);
    if (own >= 0) table.push(number, hashes, row, 0, own);
    else if (!this.#addKnown(table, number, hashes, row)) {
      table.push(number, hashes, row, 0, this.#pack.add(page, hashes, row));
    }
  }

  /** Adds a page that some pack has; false if none has it. */
  #addKnown(table: PageTable, number: number, hashes: Uint8Array, row: number): boolean {
    const found = this.#around.packs.find(hashes, row);
    if (found === undefined) return false;
    table.push(number, hashes, row, this.#packNumber(found.pack), found.place);
    return true;
  }

  #packNumber(pack: { readonly id: string; readonly blocks: number }): number {
    let number = this.#packNumbers.get(pack.id);
    if (number === undefined) {
      number = this.#packNumbers.size;
      this.#packNumbers.set(pack.id, number);
      this.#packBlocks.push(pack.blocks);
      this.#use.use(pack.id);
    }
    return number;
  }

  #area(name: string, more: number): PageTable {
    this.#pages += more;
    if (this.#pages > MAX_PAGES) {
      throw new ConfigurationError(`a snapshot has at most ${MAX_PAGES} pages with content`);
    }
    const table = this.#areas.get(name) ?? new PageTable(name);
    this.#areas.set(name, table);
    return table;
  }

  #mustBeOpen(): void {
    if (this.#ended) throw new InternalError('the snapshot was finished or given up already');
  }

  async #end(): Promise<void> {
    this.#use.end();
    await this.#around.ended();
  }
}

/** The head as it will be read back. */
function checkedHead(head: SnapshotHead): SnapshotHead {
  try {
    return readHead(JSON.parse(JSON.stringify(head)));
  } catch (cause) {
    if (!(cause instanceof FieldTrouble)) throw cause;
    throw new ConfigurationError(`a snapshot cannot have this head: ${cause.message}`, { cause });
  }
}
