import { DiskError } from '../../core/errors.js';
import { type ByteFile, readPadded } from '../byte-file.js';
import {
  MOST_REFCOUNT_TABLE_BYTES,
  type Qcow2Header,
  REFCOUNT_TABLE_FIELD,
  setU64,
  u64,
} from './header.js';
import type { MetadataMap } from './metadata-map.js';
import { readRefcount, writeRefcount } from './refcount-block.js';
import { type Table, TableCache } from './table-cache.js';

/** Clusters that follow each other in the file. */
export interface ClusterRun {
  readonly first: number;
  readonly count: number;
  /** The file never had bytes there: they read as zeros. */
  readonly untouched: boolean;
}

/**
 * Which clusters of the file are in use. Counts are raised in memory at once and in the file before
 * anything there refers to the cluster; they are lowered in both only when nothing there refers to
 * it any more. So the file's counts are never too low, whenever the power fails.
 *
 * To be called by one at a time.
 */
export class Refcounts {
  readonly #file: ByteFile;
  readonly #metadata: MetadataMap;
  readonly #blocks: TableCache;
  readonly #clusterSize: number;
  readonly #order: number;
  /** Clusters that a block counts. */
  readonly #perBlock: number;
  #tableOffset: number;
  /** As in the file: offsets of blocks. */
  #table: DataView<ArrayBuffer>;
  #tableDirty = false;
  /** No cluster before it is free. */
  #hint = 0;
  /** From here on the file never had bytes. */
  #untouched: number;
  /** Clusters that lose a reference once the file does not refer to them. */
  readonly #released: number[] = [];
  /** What left it unclear which table the file has. */
  #broken: { cause: unknown } | undefined;

  private constructor(
    file: ByteFile,
    header: Qcow2Header,
    metadata: MetadataMap,
    table: DataView<ArrayBuffer>,
  ) {
    this.#file = file;
    this.#metadata = metadata;
    this.#blocks = new TableCache(file, header.clusterSize);
    this.#clusterSize = header.clusterSize;
    this.#order = header.refcountOrder;
    this.#perBlock = (header.clusterSize * 8) / 2 ** header.refcountOrder;
    this.#tableOffset = header.refcountTableOffset;
    this.#table = table;
    this.#untouched = Math.ceil(file.size / header.clusterSize);
  }

  /** @throws DiskError 'disk-format' for a table that points to where no block can be */
  static async open(
    file: ByteFile,
    header: Qcow2Header,
    metadata: MetadataMap,
  ): Promise<Refcounts> {
    const bytes = new Uint8Array(header.refcountTableClusters * header.clusterSize);
    await readPadded(file, header.refcountTableOffset, bytes);
    const table = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += 8) {
      const offset = u64(table, at);
      if (offset !== 0) metadata.claim(offset, 'refcount block');
    }
    return new Refcounts(file, header, metadata, table);
  }

  /** Up to `most` clusters in a row, at least one, each with one reference. @throws DiskError */
  async allocate(most: number): Promise<ClusterRun> {
    if (this.#broken !== undefined) throw this.#broken.cause;
    for (;;) {
      const first = this.#hint;
      const index = Math.floor(first / this.#perBlock);
      if (index >= this.#entries) {
        await this.#growTable();
        continue;
      }
      if (u64(this.#table, index * 8) === 0) {
        await this.#addBlock(index, first);
        continue;
      }
      const block = await this.#block(index);
      const run = this.#take(block, index, most);
      if (run !== undefined) return run;
    }
  }

  /** Lowers a count once the file does not refer to the cluster any more. */
  release(cluster: number): void {
    this.#released.push(cluster);
  }

  /** Gives back what was allocated and never referred to. */
  async giveBack(run: ClusterRun): Promise<void> {
    for (let cluster = run.first; cluster < run.first + run.count; cluster++) {
      await this.#lower(cluster);
    }
  }

  get releasesWait(): boolean {
    return this.#released.length > 0;
  }

  get crowded(): boolean {
    return this.#blocks.crowded;
  }

  /** Writes blocks that the table does not point to yet, if there are any, durably. */
  async writeNewBlocks(): Promise<void> {
    if (!this.#blocks.anyFresh) return;
    await this.#blocks.write(true);
    await this.#file.flush();
    this.#blocks.settle();
  }

  /** Writes all other changes. */
  async write(): Promise<void> {
    await this.#blocks.write(false);
    if (!this.#tableDirty) return;
    await this.#file.write(this.#tableOffset, new Uint8Array(this.#table.buffer));
    this.#tableDirty = false;
  }

  /** Lowers what was released: the file does not refer to it, durably. */
  async settleReleases(): Promise<void> {
    for (;;) {
      const cluster = this.#released.at(-1);
      if (cluster === undefined) return;
      await this.#lower(cluster);
      this.#released.pop();
    }
  }

  get #entries(): number {
    return this.#table.byteLength / 8;
  }

  async #block(index: number): Promise<Table> {
    return await this.#blocks.get(u64(this.#table, index * 8));
  }

  /** The first free clusters of a block from the hint on; the hint moves behind them. */
  #take(block: Table, index: number, most: number): ClusterRun | undefined {
    const base = index * this.#perBlock;
    let slot = this.#hint - base;
    while (slot < this.#perBlock && readRefcount(block.view, slot, this.#order) !== 0) slot++;
    const start = slot;
    while (
      slot < this.#perBlock &&
      slot - start < most &&
      readRefcount(block.view, slot, this.#order) === 0
    ) {
      this.#metadata.mustBeFree(base + slot);
      slot++;
    }
    this.#hint = base + slot;
    if (slot === start) return undefined;
    for (let taken = start; taken < slot; taken++) this.#set(block, taken, 1);
    const first = base + start;
    const untouched = first >= this.#untouched;
    this.#untouched = Math.max(this.#untouched, base + slot);
    return { first, count: slot - start, untouched };
  }

  #set(block: Table, slot: number, count: number): void {
    const [from, to] = writeRefcount(block.view, slot, this.#order, count);
    this.#blocks.changed(block, from, to);
  }

  async #lower(cluster: number): Promise<void> {
    const index = Math.floor(cluster / this.#perBlock);
    // A damaged image's counts may be too low already: leave them alone.
    if (index >= this.#entries || u64(this.#table, index * 8) === 0) return;
    const block = await this.#block(index);
    const slot = cluster % this.#perBlock;
    const count = readRefcount(block.view, slot, this.#order);
    if (count === 0) return;
    this.#set(block, slot, count - 1);
    if (count === 1) this.#hint = Math.min(this.#hint, cluster);
  }

  /** Makes a free cluster the block for the clusters around it; it counts itself. */
  async #addBlock(index: number, cluster: number): Promise<void> {
    this.#metadata.mustBeFree(cluster);
    const offset = cluster * this.#clusterSize;
    // Before anything relies on it: the file system may have no room.
    await this.#file.write(offset, new Uint8Array(this.#clusterSize));
    const block = this.#blocks.add(offset);
    this.#set(block, cluster % this.#perBlock, 1);
    this.#metadata.add(offset, 'refcount block');
    setU64(this.#table, index * 8, offset);
    this.#tableDirty = true;
    this.#untouched = Math.max(this.#untouched, cluster + 1);
  }

  /**
   * Moves the table to where it ends to count, with room for more. Its new clusters come first there,
   * then the blocks that count them and themselves; the header is switched when all is durable.
   */
  async #growTable(): Promise<void> {
    const clusterSize = this.#clusterSize;
    const oldClusters = this.#table.byteLength / clusterSize;
    const clusters = oldClusters + Math.max(1, Math.ceil(oldClusters / 2));
    if (clusters * clusterSize > MOST_REFCOUNT_TABLE_BYTES) {
      const message = `the qcow2 image '${this.#file.name}' has as many clusters as its format counts`;
      throw new DiskError('full', message);
    }
    await this.writeNewBlocks();
    const first = this.#entries * this.#perBlock;
    let blocks = 1;
    while (blocks * this.#perBlock < clusters + blocks) blocks++;
    const table = new DataView(new ArrayBuffer(clusters * clusterSize));
    const bytes = new Uint8Array(table.buffer);
    bytes.set(new Uint8Array(this.#table.buffer));
    const counts = new DataView(new ArrayBuffer(blocks * clusterSize));
    for (let used = 0; used < clusters + blocks; used++) {
      this.#metadata.mustBeFree(first + used);
      writeRefcount(counts, used, this.#order, 1);
    }
    const offset = first * clusterSize;
    const blocksOffset = offset + bytes.length;
    for (let block = 0; block < blocks; block++) {
      setU64(table, (this.#entries + block) * 8, blocksOffset + block * clusterSize);
    }
    this.#untouched = Math.max(this.#untouched, first + clusters + blocks);
    await this.#file.write(blocksOffset, new Uint8Array(counts.buffer));
    await this.#file.write(offset, bytes);
    await this.#file.flush();
    const field = new DataView(new ArrayBuffer(12));
    setU64(field, 0, offset);
    field.setUint32(8, clusters);
    try {
      await this.#file.write(REFCOUNT_TABLE_FIELD, new Uint8Array(field.buffer));
      await this.#file.flush();
    } catch (cause) {
      this.#broken = { cause };
      throw cause;
    }
    for (let block = 0; block < blocks; block++) {
      this.#metadata.add(blocksOffset + block * clusterSize, 'refcount block');
    }
    for (let cluster = 0; cluster < clusters; cluster++) {
      this.#metadata.add(offset + cluster * clusterSize, 'refcount table');
    }
    const old = this.#tableOffset / clusterSize;
    this.#table = table;
    this.#tableOffset = offset;
    this.#tableDirty = false;
    for (let cluster = 0; cluster < oldClusters; cluster++) {
      this.#metadata.remove((old + cluster) * clusterSize);
    }
    await this.giveBack({ first: old, count: oldClusters, untouched: false });
  }
}
