import {
  BLOCK_PAGES,
  BLOCK_ROW,
  BLOCK_SIZE,
  CHECK_SIZE,
  FORMAT_VERSION,
  hex,
  METHOD_DEFLATE,
  METHOD_STORED,
  PACK_FOOTER,
  PACK_HEADER,
  PACK_MAGIC,
  PACKS,
  PAGE_SIZE,
  putMagic,
  viewOf,
} from './format.js';
import { HashList } from './hash-list.js';
import { joined } from './joined.js';
import type { ObjectStore, ObjectWriter } from './object-store.js';
import type { SnapshotTools } from './snapshot-tools.js';

/** Writes one pack: pages come in, are compressed block by block, several at once, and go out in order. */
export class PackWriter {
  readonly id = hex(crypto.getRandomValues(new Uint8Array(16)));
  readonly #objects: ObjectStore;
  readonly #tools: SnapshotTools;
  readonly #hashes = new HashList();
  #object: Promise<ObjectWriter> | undefined;
  #block = new Uint8Array(BLOCK_SIZE);
  #filled = 0;
  #table: Uint8Array<ArrayBuffer>[] = [];
  #blocks = 0;
  #offset: number = PACK_HEADER.size;
  /** Those under way, oldest first; each resolves when its block has been written. */
  #pending: Promise<void>[] = [];
  /** The first thing that went wrong; nothing is written after it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(objects: ObjectStore, tools: SnapshotTools) {
    this.#objects = objects;
    this.#tools = tools;
  }

  /** Pages so far, each once. */
  get pages(): number {
    return this.#hashes.count;
  }

  /** Blocks so far, the one included that is not full yet. */
  get blocks(): number {
    return Math.ceil(this.pages / BLOCK_PAGES);
  }

  /** The place of a page that was added, or -1. */
  find(hashes: Uint8Array, row: number): number {
    return this.#hashes.find(hashes, row);
  }

  /** Takes a copy of a page that is not there yet, and says its place: pages are placed as they come. */
  add(page: Uint8Array, hashes: Uint8Array, row: number): number {
    const place = this.#hashes.add(hashes, row);
    this.#block.set(page, this.#filled * PAGE_SIZE);
    if (++this.#filled === BLOCK_PAGES) this.#send();
    return place;
  }

  /** Whether `room` would wait, or reject. */
  get full(): boolean {
    return this.#failure !== undefined || this.#pending.length > this.#tools.deflates;
  }

  /** Waits until another block may come. @throws what compressing or writing failed with */
  async room(): Promise<void> {
    while (this.#failure === undefined && this.#pending.length > this.#tools.deflates) {
      await this.#pending[0];
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Writes the rest, and commits. Resolves to the pack's size in bytes: 0 if no page came, and there is none. */
  async finish(): Promise<number> {
    if (this.#filled > 0) this.#send();
    await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#object === undefined) return 0;
    const object = await this.#object;
    const { hashes, rows } = this.#hashes.sorted();
    // A page's place is its row: pages are placed as they come.
    const index = joined([hashes, new Uint8Array(rows.buffer)]);
    const table = joined(this.#table);
    const footer = new Uint8Array(PACK_FOOTER.size);
    const view = viewOf(footer);
    putMagic(footer, PACK_MAGIC);
    view.setUint32(PACK_FOOTER.version, FORMAT_VERSION, true);
    view.setUint32(PACK_FOOTER.blocks, this.#blocks, true);
    view.setUint32(PACK_FOOTER.pages, this.pages, true);
    footer.set(await this.#tools.sha256(index), PACK_FOOTER.indexHash);
    footer.set(await this.#tools.sha256(table), PACK_FOOTER.tableHash);
    const check = await this.#tools.sha256(footer.subarray(0, PACK_FOOTER.check));
    footer.set(check.subarray(0, CHECK_SIZE), PACK_FOOTER.check);
    for (const part of [index, table, footer]) await object.append(part);
    await object.commit();
    return this.#offset + index.length + table.length + footer.length;
  }

  /** Ends it without a trace, whatever is under way. */
  async abort(): Promise<void> {
    this.#failure ??= { error: new Error('the pack was given up') };
    await Promise.all(this.#pending);
    const object = await this.#object?.catch(() => undefined);
    await object?.abort();
  }

  #send(): void {
    const bytes = this.#block.subarray(0, this.#filled * PAGE_SIZE);
    this.#block = new Uint8Array(BLOCK_SIZE);
    this.#filled = 0;
    const before = this.#pending.at(-1);
    const done = this.#write(bytes, before)
      .catch((error) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#pending.splice(this.#pending.indexOf(done), 1);
      });
    this.#pending.push(done);
  }

  async #write(bytes: Uint8Array<ArrayBuffer>, before: Promise<void> | undefined): Promise<void> {
    if (this.#failure !== undefined) return;
    const deflating = this.#tools.deflate(bytes);
    // It may fail while the block before it is still being written.
    deflating.catch(() => undefined);
    await before;
    const deflated = await deflating;
    const smaller = deflated.length < bytes.length;
    const stored = smaller ? deflated : bytes;
    const check = await this.#tools.sha256(stored);
    const row = new Uint8Array(BLOCK_ROW.size);
    const view = viewOf(row);
    view.setUint32(BLOCK_ROW.offset, this.#offset, true);
    view.setUint32(BLOCK_ROW.offset + 4, Math.floor(this.#offset / 2 ** 32), true);
    view.setUint32(BLOCK_ROW.stored, stored.length, true);
    view.setUint16(BLOCK_ROW.pages, bytes.length / PAGE_SIZE, true);
    view.setUint16(BLOCK_ROW.method, smaller ? METHOD_DEFLATE : METHOD_STORED, true);
    row.set(check.subarray(0, CHECK_SIZE), BLOCK_ROW.check);
    this.#object ??= this.#begin();
    const object = await this.#object;
    if (this.#failure !== undefined) return;
    await object.append(stored);
    this.#offset += stored.length;
    this.#table.push(row);
    this.#blocks++;
  }

  async #begin(): Promise<ObjectWriter> {
    const object = await this.#objects.create(PACKS + this.id);
    const header = new Uint8Array(PACK_HEADER.size);
    putMagic(header, PACK_MAGIC);
    viewOf(header).setUint32(PACK_HEADER.version, FORMAT_VERSION, true);
    try {
      await object.append(header);
    } catch (error) {
      await object.abort();
      throw error;
    }
    return object;
  }
}
