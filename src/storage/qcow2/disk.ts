import { DiskError } from '../../core/errors.js';
import type { Disk, Extent } from '../../machine/disk.js';
import { type ByteFile, readPadded } from '../byte-file.js';
import { extentsOf } from '../extents.js';
import { JointFlush } from '../joint-flush.js';
import { type RangeLock, RangeLocks } from '../range-locks.js';
import { settleAll } from '../settle-all.js';
import { CompressedClusters } from './compressed.js';
import { readHeader } from './header.js';
import { type Emptied, Qcow2Image } from './image.js';
import { type Piece, plan } from './plan.js';

/** Zeros that are written at once. */
const ZEROS = new Uint8Array(2 ** 20);

/**
 * A qcow2 image as a disk. Reads, and writes to clusters that are the image's alone, go side by side;
 * what changes where a guest cluster is waits until nobody uses that cluster.
 */
export class Qcow2Disk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #file: ByteFile;
  readonly #image: Qcow2Image;
  readonly #backing: Disk | undefined;
  readonly #compressed: CompressedClusters;
  readonly #locks = new RangeLocks();
  readonly #flush: JointFlush;

  private constructor(
    file: ByteFile,
    image: Qcow2Image,
    backing: Disk | undefined,
    readOnly: boolean,
  ) {
    this.#file = file;
    this.#image = image;
    this.#backing = backing;
    this.#compressed = new CompressedClusters(file, image.header.clusterSize);
    this.#flush = new JointFlush(() => image.commit());
    this.size = image.header.size;
    this.readOnly = readOnly;
  }

  /**
   * @param openBacking opens the file that the image names as its backing file, for reading
   * @throws DiskError; `file` stays open then
   */
  static async open(
    file: ByteFile,
    readOnly: boolean,
    openBacking: (name: string, format: string | undefined) => Promise<Disk>,
  ): Promise<Qcow2Disk> {
    const header = await readHeader(file);
    const image = await Qcow2Image.open(file, header, readOnly);
    const { backing } = header;
    const below =
      backing === undefined ? undefined : await openBacking(backing.name, backing.format);
    return new Qcow2Disk(file, image, below, readOnly);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const lock = await this.#lock(offset, into.length, false);
    try {
      const pieces = await plan(this.#image, offset, into.length);
      await settleAll(
        pieces.map((piece) => {
          const at = piece.offset - offset;
          return this.#readPiece(piece, into.subarray(at, at + piece.length));
        }),
      );
    } finally {
      this.#locks.release(lock);
    }
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#mayChange();
    if (await this.#writeInPlace(offset, bytes)) return;
    const lock = await this.#lock(offset, bytes.length, true);
    try {
      await this.#writeLocked(offset, bytes);
    } finally {
      this.#locks.release(lock);
    }
  }

  async flush(): Promise<void> {
    if (!this.readOnly) await this.#flush.run();
  }

  async discard(offset: number, length: number): Promise<void> {
    this.#mayChange();
    const how = this.#canForget ? 'unallocated' : 'zero';
    // Version 2 cannot say that a cluster is zeros, and what the backing file has would be too old.
    if (how === 'zero' && this.#image.header.version === 2) return;
    const [first, end] = this.#wholeClusters(offset, length);
    if (first >= end) return;
    const lock = await this.#lock(offset, length, true);
    try {
      await this.#empty(first, end, how, true);
    } finally {
      this.#locks.release(lock);
    }
  }

  async writeZeroes(offset: number, length: number, unmap: boolean): Promise<void> {
    this.#mayChange();
    const { clusterSize, version } = this.#image.header;
    let [first, end] = this.#wholeClusters(offset, length);
    // What version 2 cannot say must be written.
    const sayable = version === 3 || (unmap && this.#canForget);
    if (first >= end || !sayable) first = end = Math.ceil(offset / clusterSize);
    const lock = await this.#lock(offset, length, true);
    try {
      const head = Math.min(first * clusterSize, offset + length);
      const tail = Math.max(head, Math.min(end * clusterSize, offset + length));
      await this.#writeZerosLocked(offset, head - offset);
      if (first < end) {
        const kept = this.#canForget ? 'unallocated' : 'zero';
        await this.#empty(first, end, unmap ? kept : 'zero-kept', this.#canForget);
      }
      await this.#writeZerosLocked(tail, offset + length - tail);
    } finally {
      this.#locks.release(lock);
    }
  }

  /** A table's clusters at a time, so that a large disk's need little memory. */
  async *extents(offset: number, length: number): AsyncGenerator<Extent> {
    const { clusterSize } = this.#image.header;
    const { mapping } = this.#image;
    const span = mapping.entries * clusterSize;
    for (let at = offset; at < offset + length; ) {
      const hasTable = (from: number) => mapping.hasTable(Math.floor(from / clusterSize));
      let end = (Math.floor(at / span) + 1) * span;
      // Most of a large disk has no tables, and is not worth a lock.
      while (!hasTable(at) && end < offset + length && !hasTable(end)) end += span;
      end = Math.min(end, offset + length);
      if (hasTable(at)) {
        for (const piece of await this.#planLocked(at, end - at)) yield* this.#dataIn(piece);
      } else {
        yield* this.#backingData(at, end - at);
      }
      at = end;
    }
  }

  async close(): Promise<void> {
    try {
      await this.flush();
      // A second time, for what the first one found to be free.
      await this.flush();
    } finally {
      await settleAll([this.#file.close(), ...(this.#backing ? [this.#backing.close()] : [])]);
    }
  }

  /** Whether a cluster that is not allocated reads as zeros. */
  get #canForget(): boolean {
    return this.#backing === undefined;
  }

  async #planLocked(offset: number, length: number): Promise<Piece[]> {
    const lock = await this.#lock(offset, length, false);
    try {
      return await plan(this.#image, offset, length);
    } finally {
      this.#locks.release(lock);
    }
  }

  async *#dataIn({ entry, offset, length }: Piece): AsyncGenerator<Extent> {
    if (entry.kind === 'unallocated') yield* this.#backingData(offset, length);
    else if (entry.kind !== 'zero') yield { offset, length };
  }

  async *#backingData(offset: number, length: number): AsyncGenerator<Extent> {
    const backing = this.#backing;
    if (backing === undefined || offset >= backing.size) return;
    yield* extentsOf(backing, offset, Math.min(length, backing.size - offset));
  }

  async #readPiece(piece: Piece, into: Uint8Array): Promise<void> {
    const { entry, offset } = piece;
    const inCluster = offset % this.#image.header.clusterSize;
    switch (entry.kind) {
      case 'unallocated':
        return await this.#readBacking(offset, into);
      case 'zero':
        into.fill(0);
        return;
      case 'data':
        return await readPadded(this.#file, entry.offset + inCluster, into);
      case 'compressed': {
        const cluster = await this.#compressed.read(entry.offset, entry.length);
        into.set(cluster.subarray(inCluster, inCluster + into.length));
      }
    }
  }

  /** What lies beyond the backing file's end are zeros. */
  async #readBacking(offset: number, into: Uint8Array): Promise<void> {
    const there = Math.max(0, Math.min(into.length, (this.#backing?.size ?? 0) - offset));
    into.fill(0, there);
    if (there > 0) await this.#backing?.read(offset, into.subarray(0, there));
  }

  /** Writes if the clusters are there and the image's alone; else says false and does nothing. */
  async #writeInPlace(offset: number, bytes: Uint8Array): Promise<boolean> {
    const lock = await this.#lock(offset, bytes.length, false);
    try {
      const pieces = await plan(this.#image, offset, bytes.length);
      if (!pieces.every(isInPlace)) return false;
      await settleAll(pieces.map((piece) => this.#overwrite(piece, offset, bytes)));
      return true;
    } finally {
      this.#locks.release(lock);
    }
  }

  async #overwrite(piece: Piece, offset: number, bytes: Uint8Array): Promise<void> {
    const place = 'offset' in piece.entry ? piece.entry.offset : 0;
    const inCluster = piece.offset % this.#image.header.clusterSize;
    const at = piece.offset - offset;
    await this.#file.write(place + inCluster, bytes.subarray(at, at + piece.length));
  }

  async #writeLocked(offset: number, bytes: Uint8Array): Promise<void> {
    const { clusterSize } = this.#image.header;
    const end = offset + bytes.length;
    for (const piece of await plan(this.#image, offset, bytes.length)) {
      if (isInPlace(piece)) {
        await this.#overwrite(piece, offset, bytes);
        continue;
      }
      for (let at = piece.offset; at < piece.offset + piece.length; ) {
        const rest = piece.offset + piece.length - at;
        const inCluster = at % clusterSize;
        const wholes = inCluster === 0 ? Math.floor(rest / clusterSize) : 0;
        const length = wholes > 0 ? rest : Math.min(rest, clusterSize - inCluster);
        const part = bytes.subarray(at - offset, Math.min(at + length, end) - offset);
        at +=
          wholes > 0 ? await this.#writeWhole(at, part, wholes) : await this.#writePart(at, part);
      }
    }
  }

  /** Writes whole clusters to new places, at least one; returns how many bytes. */
  async #writeWhole(offset: number, bytes: Uint8Array, clusters: number): Promise<number> {
    const { clusterSize } = this.#image.header;
    const { entries } = this.#image.mapping;
    const cluster = offset / clusterSize;
    const run = await this.#image.allocate(Math.min(clusters, entries - (cluster % entries)));
    const length = run.count * clusterSize;
    try {
      await this.#file.write(run.first * clusterSize, bytes.subarray(0, length));
      await this.#image.link(cluster, run.first, run.count);
    } catch (error) {
      await this.#image.giveBack(run).catch(() => undefined);
      throw error;
    }
    return length;
  }

  /** Writes a part of a cluster to a new place, with what the rest of it is; returns how many bytes. */
  async #writePart(offset: number, bytes: Uint8Array): Promise<number> {
    const { clusterSize } = this.#image.header;
    const cluster = Math.floor(offset / clusterSize);
    const start = cluster * clusterSize;
    const [old] = await plan(this.#image, start, Math.min(clusterSize, this.size - start));
    const zeros =
      old?.entry.kind === 'zero' ||
      (old?.entry.kind === 'unallocated' && start >= (this.#backing?.size ?? 0));
    const content = new Uint8Array(zeros ? 0 : clusterSize);
    if (old !== undefined && !zeros) await this.#readPiece(old, content.subarray(0, old.length));
    const run = await this.#image.allocate(1);
    const place = run.first * clusterSize;
    try {
      if (zeros && run.untouched) {
        await this.#file.write(place + offset - start, bytes);
      } else {
        const whole = zeros ? new Uint8Array(clusterSize) : content;
        whole.set(bytes, offset - start);
        await this.#file.write(place, whole);
      }
      await this.#image.link(cluster, run.first, 1);
    } catch (error) {
      await this.#image.giveBack(run).catch(() => undefined);
      throw error;
    }
    return bytes.length;
  }

  /** Writes zeros where something else is read. */
  async #writeZerosLocked(offset: number, length: number): Promise<void> {
    for (const piece of await plan(this.#image, offset, length)) {
      if (piece.entry.kind === 'zero') continue;
      if (piece.entry.kind === 'unallocated' && piece.offset >= (this.#backing?.size ?? 0))
        continue;
      for (let done = 0; done < piece.length; done += ZEROS.length) {
        await this.#writeLocked(piece.offset + done, ZEROS.subarray(0, piece.length - done));
      }
    }
  }

  /** Guest clusters that lie in a range, the disk's last one too if the disk ends in it. */
  #wholeClusters(offset: number, length: number): [number, number] {
    const { clusterSize } = this.#image.header;
    const end = offset + length;
    const last = end === this.size ? Math.ceil(end / clusterSize) : Math.floor(end / clusterSize);
    return [Math.ceil(offset / clusterSize), last];
  }

  /** @param sparing leaves alone what has no L2 table: there is nothing to give back */
  async #empty(first: number, end: number, how: Emptied, sparing: boolean): Promise<void> {
    const { mapping } = this.#image;
    for (let cluster = first; cluster < end; ) {
      const count = Math.min(end - cluster, mapping.entries - (cluster % mapping.entries));
      // A guest may discard millions of tables that are not there: without a promise for each.
      if (!sparing || mapping.hasTable(cluster)) await this.#image.empty(cluster, count, how);
      cluster += count;
    }
  }

  #lock(offset: number, length: number, exclusive: boolean): Promise<RangeLock> {
    const { clusterSize } = this.#image.header;
    const first = Math.floor(offset / clusterSize);
    return this.#locks.acquire(first, Math.ceil((offset + length) / clusterSize), exclusive);
  }

  #mayChange(): void {
    if (!this.readOnly) return;
    throw new DiskError('read-only', `'${this.#file.name}' was opened for reading`);
  }
}

/** Whether a piece's clusters are the image's alone and hold its data. */
function isInPlace({ entry }: Piece): boolean {
  return entry.kind === 'data' && entry.copied;
}
