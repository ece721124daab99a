import { DiskError } from '../../core/errors.js';
import { type ByteFile, readPadded } from '../byte-file.js';
import { type Entry, readEntry, readL1Entry, writeData, writeUnallocated } from './entry.js';
import type { Qcow2Header } from './header.js';
import type { MetadataMap } from './metadata-map.js';
import type { Refcounts } from './refcounts.js';
import { type Table, TableCache } from './table-cache.js';

/** L1 entries that one write to the file covers: a sector of them. */
const L1_SECTOR = 512;

/** Where the guest's clusters are: the L1 table, in memory, and L2 tables (qcow2, Cluster mapping). */
export class Mapping {
  readonly #file: ByteFile;
  readonly #header: Qcow2Header;
  readonly #metadata: MetadataMap;
  readonly #tables: TableCache;
  readonly #l1: DataView<ArrayBuffer>;
  readonly #dirtyL1 = new Set<number>();
  /** Entries of an L2 table. */
  readonly entries: number;

  private constructor(
    file: ByteFile,
    header: Qcow2Header,
    metadata: MetadataMap,
    l1: DataView<ArrayBuffer>,
  ) {
    this.#file = file;
    this.#header = header;
    this.#metadata = metadata;
    this.#tables = new TableCache(file, header.clusterSize);
    this.#l1 = l1;
    this.entries = header.clusterSize / 8;
  }

  /** @throws DiskError 'disk-format' for an L1 table that points to where no L2 table can be */
  static async open(file: ByteFile, header: Qcow2Header, metadata: MetadataMap): Promise<Mapping> {
    const l1 = new DataView(new ArrayBuffer(header.l1Size * 8));
    await readPadded(file, header.l1Offset, new Uint8Array(l1.buffer));
    for (let index = 0; index < header.l1Size; index++) {
      const { offset } = readL1Entry(l1, index);
      if (offset !== 0) metadata.claim(offset, 'L2 table');
    }
    return new Mapping(file, header, metadata, l1);
  }

  /** Whether there is an L2 table for a guest cluster. */
  hasTable(cluster: number): boolean {
    return readL1Entry(this.#l1, Math.floor(cluster / this.entries)).offset !== 0;
  }

  /** The L2 table for a guest cluster; undefined if there is none. */
  table(cluster: number): Table | undefined | Promise<Table> {
    const { offset } = readL1Entry(this.#l1, Math.floor(cluster / this.entries));
    if (offset === 0) return undefined;
    return this.#tables.peek(offset) ?? this.#tables.get(offset);
  }

  /** What a table says of a guest cluster. @throws DiskError 'disk-format' if that cannot be */
  entry(table: Table, cluster: number): Entry {
    const { clusterBits, version } = this.#header;
    const entry = readEntry(table.view, cluster % this.entries, clusterBits);
    if (entry.kind === 'unallocated') return entry;
    if (entry.kind === 'compressed') {
      this.#metadata.checkInside(entry.offset, 'compressed cluster');
    } else if (entry.offset !== 0) {
      this.#metadata.check(entry.offset, 'data cluster');
    }
    if (entry.kind === 'zero' && version === 2) {
      const message = `the qcow2 image '${this.#file.name}' is damaged: cluster ${cluster} of its disk`;
      throw new DiskError('format', `${message} is marked as zeros, which version 2 does not have`);
    }
    return entry;
  }

  /**
   * The L2 table for a guest cluster as one that may be changed, followed by `changed`: a new one, or
   * a copy if a snapshot shares it. One caller at a time.
   */
  async writableTable(cluster: number, refcounts: Refcounts): Promise<Table> {
    const index = Math.floor(cluster / this.entries);
    const { offset, copied } = readL1Entry(this.#l1, index);
    const old = offset === 0 ? undefined : await this.#tables.get(offset);
    if (old !== undefined && copied) return old;
    const run = await refcounts.allocate(1);
    const place = run.first * this.#header.clusterSize;
    try {
      // A full file system refuses here, and fails one request; later it would fail all since a flush.
      await this.#file.write(place, old?.bytes ?? new Uint8Array(this.#header.clusterSize));
    } catch (error) {
      await refcounts.giveBack(run);
      throw error;
    }
    const table = this.#tables.add(place, old?.bytes);
    this.#metadata.add(place, 'L2 table');
    if (old !== undefined) {
      this.#metadata.remove(offset);
      this.#tables.drop(offset);
      refcounts.release(offset / this.#header.clusterSize);
    }
    // An L1 entry has the form of an L2 entry that points to data.
    writeData(this.#l1, index, place);
    this.#dirtyL1.add(Math.floor((index * 8) / L1_SECTOR));
    return table;
  }

  /** Notes that the entries of guest clusters, from `cluster` on, were changed in their table. */
  changed(table: Table, cluster: number, count = 1): void {
    const from = (cluster % this.entries) * 8;
    this.#tables.changed(table, from, from + count * 8);
  }

  /** Makes a guest cluster's entry say nothing. */
  clear(table: Table, cluster: number): void {
    writeUnallocated(table.view, cluster % this.entries);
    this.changed(table, cluster);
  }

  get crowded(): boolean {
    return this.#tables.crowded;
  }

  get dirty(): boolean {
    return this.#tables.dirty || this.#dirtyL1.size > 0;
  }

  /** Writes L2 tables that the file's L1 table does not point to yet. */
  async writeNewTables(): Promise<void> {
    await this.#tables.write(true);
  }

  /** Writes all other changes; what they refer to must be durable. */
  async write(): Promise<void> {
    this.#tables.settle();
    await this.#tables.write(false);
    for (const sector of [...this.#dirtyL1].sort((a, b) => a - b)) {
      const bytes = new Uint8Array(this.#l1.buffer).subarray(sector * L1_SECTOR);
      const offset = this.#header.l1Offset + sector * L1_SECTOR;
      await this.#file.write(offset, bytes.subarray(0, L1_SECTOR));
      this.#dirtyL1.delete(sector);
    }
  }
}
