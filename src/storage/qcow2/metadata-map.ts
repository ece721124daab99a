import { DiskError } from '../../core/errors.js';
import type { ByteFile } from '../byte-file.js';
import type { Qcow2Header } from './header.js';

/**
 * Which clusters hold the image's own tables. A damaged image may refer to them as if they were the
 * guest's, or count them as free; a write would then make it worse.
 */
export class MetadataMap {
  readonly #file: ByteFile;
  readonly #clusterSize: number;
  readonly #tables = new Map<number, string>();

  constructor(file: ByteFile, header: Qcow2Header) {
    const { clusterSize } = header;
    this.#file = file;
    this.#clusterSize = clusterSize;
    this.add(0, 'header');
    for (let at = 0; at < header.l1Size * 8; at += clusterSize) {
      this.add(header.l1Offset + at, 'L1 table');
    }
    for (let cluster = 0; cluster < header.refcountTableClusters; cluster++) {
      this.add(header.refcountTableOffset + cluster * clusterSize, 'refcount table');
    }
  }

  add(offset: number, what: string): void {
    this.#tables.set(offset / this.#clusterSize, what);
  }

  remove(offset: number): void {
    this.#tables.delete(offset / this.#clusterSize);
  }

  /** Checks that a table can be at `offset`, and notes it. @throws DiskError 'disk-format' */
  claim(offset: number, what: string): void {
    this.check(offset, what);
    this.add(offset, what);
  }

  /** Checks that a cluster at `offset` can be `what`. @throws DiskError 'disk-format' */
  check(offset: number, what: string): void {
    if (offset % this.#clusterSize !== 0) {
      this.#refuse(`has a ${what} at ${offset}, not at the beginning of a cluster`);
    }
    this.checkInside(offset, what);
    const taken = this.#tables.get(offset / this.#clusterSize);
    if (taken !== undefined) this.#refuse(`has a ${what} at ${offset}, where its ${taken} is`);
  }

  /** Checks that bytes at `offset` are in the file. @throws DiskError 'disk-format' */
  checkInside(offset: number, what: string): void {
    if (offset < this.#file.size) return;
    this.#refuse(`has a ${what} at ${offset}, beyond the file's ${this.#file.size} bytes`);
  }

  /** @throws DiskError 'disk-format' if a table is in a cluster that is counted as free */
  mustBeFree(cluster: number): void {
    const taken = this.#tables.get(cluster);
    if (taken !== undefined)
      this.#refuse(`counts cluster ${cluster} as free, where its ${taken} is`);
  }

  #refuse(what: string): never {
    throw new DiskError('format', `the qcow2 image '${this.#file.name}' is damaged: it ${what}`);
  }
}
