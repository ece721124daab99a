import { SnapshotError } from '../core/errors.js';
import {
  BLOCK_PAGES,
  BLOCK_ROW,
  CHECK_SIZE,
  FORMAT_VERSION,
  HASH_SIZE,
  hasMagic,
  INDEX_ROW,
  MAX_PAGES,
  METHOD_DEFLATE,
  METHOD_STORED,
  PACK_FOOTER,
  PACK_HEADER,
  PACK_MAGIC,
  PACKS,
  PAGE_SIZE,
  viewOf,
} from './format.js';
import { compareHashes, findHash, hashesAscend } from './hash-order.js';
import type { ObjectStore } from './object-store.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** Read at once from a pack's end: the footer, and for all but huge packs the block table. */
const TAIL = 2 ** 16;

/** A pack's hashes, ascending, and the place of each. */
export interface PackIndex {
  readonly hashes: Uint8Array<ArrayBuffer>;
  readonly places: Uint32Array<ArrayBuffer>;
}

/** One object of compressed pages. Opened, its footer and block table have been checked. */
export class Pack {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly pages: number;
  readonly blocks: number;
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  readonly #table: DataView;
  readonly #indexHash: Uint8Array;
  #index: Promise<PackIndex> | undefined;
  /** Set when `index` has been read: for those who look many hashes up. */
  #loaded: PackIndex | undefined;

  private constructor(
    objects: ObjectStore,
    tools: SnapshotTools,
    id: string,
    size: number,
    footer: DataView,
    table: DataView,
  ) {
    this.#objects = objects;
    this.#tools = tools;
    this.id = id;
    this.size = size;
    this.blocks = footer.getUint32(PACK_FOOTER.blocks, true);
    this.pages = footer.getUint32(PACK_FOOTER.pages, true);
    this.#table = table;
    this.#indexHash = new Uint8Array(footer.buffer, footer.byteOffset).slice(
      PACK_FOOTER.indexHash,
      PACK_FOOTER.indexHash + HASH_SIZE,
    );
  }

  /** @throws SnapshotError 'missing', 'damaged' or 'version' */
  static async open(objects: ObjectStore, tools: SnapshotTools, id: string): Promise<Pack> {
    const size = await objects.size(PACKS + id);
    const damaged = (what: string) => damagedPack(objects, id, what);
    if (size < PACK_HEADER.size + PACK_FOOTER.size) {
      throw damaged(`its ${size} bytes are fewer than any pack has`);
    }
    const tail = Math.min(size, TAIL);
    const bytes = await objects.read(PACKS + id, size - tail, tail);
    const footer = bytes.slice(tail - PACK_FOOTER.size);
    if (!hasMagic(footer, PACK_MAGIC)) throw damaged('its footer is not that of a pack');
    const view = viewOf(footer);
    const version = view.getUint32(PACK_FOOTER.version, true);
    if (version !== FORMAT_VERSION) throw otherVersion(objects, id, version);
    const whole = footer.subarray(0, PACK_FOOTER.check);
    const check = (await tools.sha256(whole)).subarray(0, CHECK_SIZE);
    if (!sameBytes(check, footer.subarray(PACK_FOOTER.check))) {
      throw damaged('its footer was altered');
    }
    const blocks = view.getUint32(PACK_FOOTER.blocks, true);
    const pages = view.getUint32(PACK_FOOTER.pages, true);
    const tableSize = blocks * BLOCK_ROW.size;
    const tableAt = size - PACK_FOOTER.size - tableSize;
    const blocksEnd = tableAt - pages * INDEX_ROW;
    if (pages > MAX_PAGES || blocks > pages || blocksEnd < PACK_HEADER.size) {
      throw damaged(`${blocks} blocks of ${pages} pages do not fit into its ${size} bytes`);
    }
    const table =
      tableSize <= tail - PACK_FOOTER.size
        ? bytes.slice(tail - PACK_FOOTER.size - tableSize, tail - PACK_FOOTER.size)
        : await objects.read(PACKS + id, tableAt, tableSize);
    const tableHash = footer.subarray(PACK_FOOTER.tableHash, PACK_FOOTER.tableHash + HASH_SIZE);
    if (!sameBytes(await tools.sha256(table), tableHash)) {
      throw damaged('its block table was altered');
    }
    const pack = new Pack(objects, tools, id, size, view, viewOf(table));
    pack.#checkTable(blocksEnd);
    return pack;
  }

  /** What a hostile table could do: blocks outside of the pack, over each other, or larger than blocks are. */
  #checkTable(end: number): void {
    let at: number = PACK_HEADER.size;
    let pages = 0;
    for (let block = 0; block < this.blocks; block++) {
      const row = this.#row(block);
      const count = row.pages;
      const sound =
        row.offset === at &&
        count >= 1 &&
        count <= BLOCK_PAGES &&
        (row.method === METHOD_DEFLATE
          ? row.stored < count * PAGE_SIZE
          : row.method === METHOD_STORED && row.stored === count * PAGE_SIZE);
      if (!sound) throw this.damaged(`its block ${block} is described as none can be`);
      at += row.stored;
      pages += count;
    }
    if (at !== end || pages !== this.pages) {
      throw this.damaged(
        `its blocks hold ${pages} pages and end at ${at}; ${this.pages} and ${end} were expected`,
      );
    }
  }

  #row(block: number) {
    const at = block * BLOCK_ROW.size;
    const table = this.#table;
    const offset = at + BLOCK_ROW.offset;
    return {
      offset: table.getUint32(offset, true) + table.getUint32(offset + 4, true) * 2 ** 32,
      stored: table.getUint32(at + BLOCK_ROW.stored, true),
      pages: table.getUint16(at + BLOCK_ROW.pages, true),
      method: table.getUint16(at + BLOCK_ROW.method, true),
      check: new Uint8Array(table.buffer, table.byteOffset + at + BLOCK_ROW.check, CHECK_SIZE),
    };
  }

  /** The pages of a block, as they were packed; whoever wants one compares its hash. */
  async block(block: number): Promise<Uint8Array<ArrayBuffer>> {
    if (block >= this.blocks) {
      throw this.damaged(`block ${block} was asked for, and it has ${this.blocks}`);
    }
    const { offset, stored, pages, method, check } = this.#row(block);
    const bytes = await this.#objects.read(PACKS + this.id, offset, stored);
    if (!sameBytes((await this.#tools.sha256(bytes)).subarray(0, CHECK_SIZE), check)) {
      throw this.damaged(`its block ${block} was altered`);
    }
    if (method === METHOD_STORED) return bytes;
    const size = pages * PAGE_SIZE;
    let inflated: Uint8Array<ArrayBuffer>;
    try {
      inflated = await this.#tools.inflate(bytes, size);
    } catch (cause) {
      throw this.damaged(`its block ${block} cannot be inflated`, cause);
    }
    if (inflated.length !== size) {
      throw this.damaged(`its block ${block} has ${inflated.length} bytes, not ${size}`);
    }
    return inflated;
  }

  /** Pages of a block. */
  pagesOf(block: number): number {
    return this.#row(block).pages;
  }

  /** Reads and checks the index, once. */
  index(): Promise<PackIndex> {
    this.#index ??= this.#readIndex().catch((error) => {
      this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  /** The place of a hash, or -1; -1 for all of them before `index` was read. */
  find(hashes: Uint8Array, row: number): number {
    const index = this.#loaded;
    if (index === undefined) return -1;
    const at = findHash(index.hashes, this.pages, hashes, row);
    return at < 0 ? -1 : (index.places[at] as number);
  }

  /** Whether a row of the index, which has been read, is this hash. */
  hashIs(row: number, hashes: Uint8Array, other: number): boolean {
    return (
      this.#loaded !== undefined && compareHashes(this.#loaded.hashes, row, hashes, other) === 0
    );
  }

  async #readIndex(): Promise<PackIndex> {
    const length = this.pages * INDEX_ROW;
    const at = this.size - PACK_FOOTER.size - this.blocks * BLOCK_ROW.size - length;
    const bytes = await this.#objects.read(PACKS + this.id, at, length);
    if (!sameBytes(await this.#tools.sha256(bytes), this.#indexHash)) {
      throw this.damaged('its index was altered');
    }
    const hashes = bytes.subarray(0, this.pages * HASH_SIZE);
    const places = new Uint32Array(bytes.buffer, hashes.length, this.pages);
    if (!hashesAscend(hashes, this.pages)) throw this.damaged('its index is not in order');
    for (const place of places) {
      const block = Math.floor(place / BLOCK_PAGES);
      if (block >= this.blocks || place % BLOCK_PAGES >= this.pagesOf(block)) {
        throw this.damaged(`its index names place ${place}, which it does not have`);
      }
    }
    this.#loaded = { hashes, places };
    return this.#loaded;
  }

  /** Reads all of it, and compares each page with the hash that the index has for it. */
  async verify(progress: (pages: number) => void, signal?: AbortSignal): Promise<void> {
    const header = await this.#objects.read(PACKS + this.id, 0, PACK_HEADER.size);
    const view = viewOf(header);
    const sound =
      hasMagic(header, PACK_MAGIC) &&
      view.getUint32(PACK_HEADER.version, true) === FORMAT_VERSION &&
      view.getUint32(PACK_HEADER.zero, true) === 0;
    if (!sound) throw this.damaged('its header was altered');
    const { hashes, places } = await this.index();
    const rows = new Int32Array(this.blocks * BLOCK_PAGES).fill(-1);
    for (let row = 0; row < places.length; row++) rows[places[row] as number] = row;
    for (let block = 0; block < this.blocks; block++) {
      signal?.throwIfAborted();
      const bytes = await this.block(block);
      for (let slot = 0; slot * PAGE_SIZE < bytes.length; slot++) {
        const row = rows[block * BLOCK_PAGES + slot] as number;
        const hash = await this.#tools.sha256(
          bytes.subarray(slot * PAGE_SIZE, (slot + 1) * PAGE_SIZE),
        );
        if (row < 0 || compareHashes(hash, 0, hashes, row) !== 0) {
          throw this.damaged(`page ${slot} of its block ${block} is not what its index says`);
        }
      }
      progress(bytes.length / PAGE_SIZE);
    }
  }

  /** An error that says what is wrong with it. */
  damaged(what: string, cause?: unknown): SnapshotError {
    return damagedPack(this.#objects, this.id, what, cause);
  }
}

export function damagedPack(
  objects: ObjectStore,
  id: string,
  what: string,
  cause?: unknown,
): SnapshotError {
  return new SnapshotError('damaged', `${objects.name}: pack ${id} is damaged: ${what}`, { cause });
}

function otherVersion(objects: ObjectStore, id: string, version: number): SnapshotError {
  return new SnapshotError(
    'version',
    `${objects.name}: pack ${id} has format version ${version}; this version of Hartwood reads ${FORMAT_VERSION}`,
  );
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
