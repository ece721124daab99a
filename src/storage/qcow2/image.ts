import { DiskError } from '../../core/errors.js';
import type { ByteFile } from '../byte-file.js';
import { Mutex } from '../mutex.js';
import { type Entry, writeData, writeZero } from './entry.js';
import { AUTOCLEAR_FIELD, type Qcow2Header } from './header.js';
import { Mapping } from './mapping.js';
import { MetadataMap } from './metadata-map.js';
import { type ClusterRun, Refcounts } from './refcounts.js';
import type { Table } from './table-cache.js';

/** What a guest cluster becomes when its contents are given up. */
export type Emptied =
  /** It reads as zeros; its place in the file is given back. */
  | 'zero'
  /** It reads as zeros; its place is kept if nobody shares it. */
  | 'zero-kept'
  /** It reads as zeros, without a word: only where there is no backing file. */
  | 'unallocated';

/**
 * An image's metadata, and the order in which its changes reach the file. Changes are made in memory;
 * `commit` writes them so that at every moment the file is right but for clusters that are counted
 * and not used:
 *
 * ```
 *   new refcount blocks ─ flush ─▶ refcounts, new L2 tables, the guest's data ─ flush ─▶
 *     L2 and L1 entries ─ flush ─▶ in memory: clusters without references are free again
 * ```
 *
 * Whoever links a cluster has written its data before. Changes go one at a time.
 */
export class Qcow2Image {
  readonly header: Qcow2Header;
  readonly mapping: Mapping;
  readonly #file: ByteFile;
  /** Undefined if the image is only read. */
  readonly #refcounts: Refcounts | undefined;
  readonly #changes = new Mutex();

  private constructor(
    file: ByteFile,
    header: Qcow2Header,
    mapping: Mapping,
    refcounts: Refcounts | undefined,
  ) {
    this.#file = file;
    this.header = header;
    this.mapping = mapping;
    this.#refcounts = refcounts;
  }

  /** @throws DiskError for an image that is damaged, or must not be written to */
  static async open(file: ByteFile, header: Qcow2Header, readOnly: boolean): Promise<Qcow2Image> {
    const metadata = new MetadataMap(file, header);
    const mapping = await Mapping.open(file, header, metadata);
    if (readOnly) return new Qcow2Image(file, header, mapping, undefined);
    if (header.corrupt || header.dirty) {
      const what = header.corrupt ? 'is marked as damaged' : 'was not closed by its last user';
      const remedy = "open it for reading, or mend it with 'qemu-img check -r all'";
      throw new DiskError('format', `the qcow2 image '${file.name}' ${what}; ${remedy}`);
    }
    const refcounts = await Refcounts.open(file, header, metadata);
    if (header.autoclear) {
      // What these features describe is about to be out of date, and must not be believed then.
      await file.write(AUTOCLEAR_FIELD, new Uint8Array(8));
      await file.flush();
    }
    return new Qcow2Image(file, header, mapping, refcounts);
  }

  /** Up to `most` clusters of the file in a row, for data that is to be linked. */
  allocate(most: number): Promise<ClusterRun> {
    return this.#change((refcounts) => refcounts.allocate(most));
  }

  /** Gives back clusters that were not linked. */
  giveBack(run: ClusterRun): Promise<void> {
    return this.#change((refcounts) => refcounts.giveBack(run));
  }

  /**
   * Lets guest clusters from `cluster` on, all of one L2 table, refer to clusters of the file from
   * `first` on, whose data was written; what they referred to before is given back.
   */
  link(cluster: number, first: number, count: number): Promise<void> {
    return this.#change(async (refcounts) => {
      const table = await this.mapping.writableTable(cluster, refcounts);
      const guests = Array.from({ length: count }, (_, index) => cluster + index);
      const old = guests.map((guest) => this.mapping.entry(table, guest));
      for (const [index, guest] of guests.entries()) {
        this.#release(refcounts, old[index] as Entry, 0);
        const offset = (first + index) * this.header.clusterSize;
        writeData(table.view, guest % this.mapping.entries, offset);
      }
      this.mapping.changed(table, cluster, count);
    });
  }

  /** Gives the contents of guest clusters up, all of one L2 table. */
  empty(cluster: number, count: number, how: Emptied): Promise<void> {
    return this.#change(async (refcounts) => {
      const there = await this.mapping.table(cluster);
      const hollow = this.header.backing === undefined;
      if (there === undefined && (hollow || how === 'unallocated')) return;
      let table: Table | undefined;
      for (let guest = cluster; guest < cluster + count; guest++) {
        if (there !== undefined && isSo(this.mapping.entry(there, guest), how, hollow)) continue;
        table ??= await this.mapping.writableTable(cluster, refcounts);
        const entry = this.mapping.entry(table, guest);
        const stays = how === 'zero-kept' && 'copied' in entry && entry.copied ? entry.offset : 0;
        this.#release(refcounts, entry, stays);
        if (how === 'unallocated') {
          this.mapping.clear(table, guest);
        } else {
          writeZero(table.view, guest % this.mapping.entries, stays);
          this.mapping.changed(table, guest);
        }
      }
    });
  }

  /** Makes durable all that was linked and emptied before, with its data. */
  commit(): Promise<void> {
    return this.#change((refcounts) => this.#commit(refcounts));
  }

  async #change<T>(task: (refcounts: Refcounts) => Promise<T>): Promise<T> {
    const refcounts = this.#refcounts;
    if (refcounts === undefined) {
      throw new DiskError('read-only', `'${this.#file.name}' was opened for reading`);
    }
    return await this.#changes.run(async () => {
      if (this.mapping.crowded || refcounts.crowded) await this.#commit(refcounts);
      return await task(refcounts);
    });
  }

  async #commit(refcounts: Refcounts): Promise<void> {
    await refcounts.writeNewBlocks();
    await refcounts.write();
    await this.mapping.writeNewTables();
    await this.#file.flush();
    if (this.mapping.dirty || refcounts.releasesWait) {
      await this.mapping.write();
      await this.#file.flush();
    }
    await refcounts.settleReleases();
  }

  /** Lowers the counts of what an entry referred to, but for the cluster that it keeps. */
  #release(refcounts: Refcounts, entry: Entry, kept: number): void {
    const { clusterSize } = this.header;
    if (entry.kind === 'unallocated') return;
    if (entry.kind !== 'compressed') {
      if (entry.offset !== 0 && entry.offset !== kept)
        refcounts.release(entry.offset / clusterSize);
      return;
    }
    const last = Math.floor((entry.offset + entry.length - 1) / clusterSize);
    for (let cluster = Math.floor(entry.offset / clusterSize); cluster <= last; cluster++) {
      refcounts.release(cluster);
    }
  }
}

/** Whether there is nothing to give up; `hollow`: what is unallocated reads as zeros. */
function isSo(entry: Entry, how: Emptied, hollow: boolean): boolean {
  if (entry.kind === 'unallocated') return hollow || how === 'unallocated';
  return entry.kind === 'zero' && (entry.offset === 0 || how === 'zero-kept');
}
