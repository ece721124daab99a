import { type ByteFile, readPadded } from '../byte-file.js';

/** Of one image's L2 tables, or of its refcount blocks. */
const CACHE_BYTES = 8 * 2 ** 20;
const LEAST_TABLES = 4;
/** What a disk writes whole or not at all. */
const SECTOR = 512;

/** One cluster of metadata, as it is in memory. */
export interface Table {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Nothing in the file refers to it yet: it may be written at any time, and must be before that. */
  fresh: boolean;
  /** Bytes that differ from the file's: from, to. */
  dirty: { from: number; to: number } | undefined;
}

/**
 * Tables by their place in the file. Changed ones stay until they are written; of the others the
 * least recently used go first.
 */
export class TableCache {
  readonly #file: ByteFile;
  readonly #clusterSize: number;
  readonly #most: number;
  /** In order of their last use. */
  readonly #tables = new Map<number, Table>();
  readonly #loading = new Map<number, Promise<Table>>();
  #dirty = 0;

  constructor(file: ByteFile, clusterSize: number) {
    this.#file = file;
    this.#clusterSize = clusterSize;
    this.#most = Math.max(LEAST_TABLES, Math.floor(CACHE_BYTES / clusterSize));
  }

  /** So much is changed that it should be written before more is. */
  get crowded(): boolean {
    return this.#dirty > this.#most / 2;
  }

  get dirty(): boolean {
    return this.#dirty > 0;
  }

  /** The table if it is here. */
  peek(offset: number): Table | undefined {
    const table = this.#tables.get(offset);
    if (table !== undefined) this.#use(table);
    return table;
  }

  async get(offset: number): Promise<Table> {
    const here = this.peek(offset);
    if (here !== undefined) return here;
    let loading = this.#loading.get(offset);
    if (loading === undefined) {
      loading = this.#load(offset).finally(() => this.#loading.delete(offset));
      this.#loading.set(offset, loading);
    }
    return await loading;
  }

  /** Begins a table of zeros, or of a copy of `bytes`, where nothing has been so far. */
  add(offset: number, bytes?: Uint8Array): Table {
    const copy = bytes?.slice() ?? new Uint8Array(this.#clusterSize);
    const table = tableOf(offset, copy);
    table.fresh = true;
    this.changed(table, 0, copy.length);
    return table;
  }

  /** Notes that bytes were changed. */
  changed(table: Table, from: number, to: number): void {
    if (table.dirty === undefined) this.#dirty++;
    const { dirty } = table;
    table.dirty = {
      from: Math.min(dirty?.from ?? from, Math.floor(from / SECTOR) * SECTOR),
      to: Math.max(dirty?.to ?? to, Math.ceil(to / SECTOR) * SECTOR),
    };
    // It may have been dropped while its user waited for something.
    this.#use(table);
  }

  /** Forgets a table that nothing refers to any more. */
  drop(offset: number): void {
    if (this.#tables.get(offset)?.dirty !== undefined) this.#dirty--;
    this.#tables.delete(offset);
  }

  /** Writes all fresh tables, or all changed ones that are not fresh. */
  async write(fresh: boolean): Promise<void> {
    if (this.#dirty === 0) return;
    for (const table of [...this.#tables.values()]) {
      if (table.dirty === undefined || table.fresh !== fresh) continue;
      const { from, to } = table.dirty;
      await this.#file.write(table.offset + from, table.bytes.subarray(from, to));
      table.dirty = undefined;
      this.#dirty--;
    }
  }

  /** Says that something in the file may refer to all tables from now on. */
  settle(): void {
    for (const table of this.#tables.values()) table.fresh = false;
  }

  get anyFresh(): boolean {
    for (const table of this.#tables.values()) if (table.fresh) return true;
    return false;
  }

  async #load(offset: number): Promise<Table> {
    const bytes = new Uint8Array(this.#clusterSize);
    await readPadded(this.#file, offset, bytes);
    const table = tableOf(offset, bytes);
    this.#use(table);
    return table;
  }

  #use(table: Table): void {
    this.#tables.delete(table.offset);
    this.#tables.set(table.offset, table);
    if (this.#tables.size <= this.#most) return;
    for (const oldest of this.#tables.values()) {
      if (oldest.dirty !== undefined || oldest.fresh || oldest === table) continue;
      this.#tables.delete(oldest.offset);
      if (this.#tables.size <= this.#most) return;
    }
  }
}

function tableOf(offset: number, bytes: Uint8Array): Table {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { offset, bytes, view, fresh: false, dirty: undefined };
}
