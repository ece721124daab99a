import { DiskError } from '../../core/errors.js';
import { type ByteFile, readPadded } from '../byte-file.js';

/** Unpacked clusters that are kept, as guests read a cluster in several requests. */
const CACHE_BYTES = 4 * 2 ** 20;
const LEAST_CLUSTERS = 2;
/** No platform's decompressor gives smaller pieces, but for the last. */
const LEAST_PIECE = 1024;
/** Behind a stream may be bytes that do not belong to it, within its last sector. */
const SECTOR = 512;

/** Reads compressed clusters, which are never changed where they are. */
export class CompressedClusters {
  readonly #file: ByteFile;
  readonly #clusterSize: number;
  readonly #most: number;
  /** By offset; in order of their last use. */
  readonly #cache = new Map<number, Promise<Uint8Array>>();

  constructor(file: ByteFile, clusterSize: number) {
    this.#file = file;
    this.#clusterSize = clusterSize;
    this.#most = Math.max(LEAST_CLUSTERS, Math.floor(CACHE_BYTES / clusterSize));
  }

  /** The cluster whose stream is in `length` bytes at `offset`. Not to be changed. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const cluster = this.#cache.get(offset) ?? this.#unpack(offset, length);
    this.#cache.delete(offset);
    this.#cache.set(offset, cluster);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > this.#most && oldest !== undefined) this.#cache.delete(oldest);
    try {
      return await cluster;
    } catch (error) {
      this.#cache.delete(offset);
      throw error;
    }
  }

  async #unpack(offset: number, length: number): Promise<Uint8Array> {
    const packed = new Uint8Array(length);
    await readPadded(this.#file, offset, packed);
    try {
      return await inflate([packed], this.#clusterSize);
    } catch {
      // Some platforms reject a piece for what stands behind the stream, and lose what it gave. With
      // the last sector byte by byte the stream ends at the end of a piece.
      const last = Math.max(0, length - SECTOR);
      const pieces = [packed.subarray(0, last)];
      for (let at = last; at < length; at++) pieces.push(packed.subarray(at, at + 1));
      try {
        return await inflate(pieces, this.#clusterSize);
      } catch (cause) {
        const what = `the compressed cluster at ${offset} of the qcow2 image '${this.#file.name}'`;
        throw new DiskError('format', `${what} is damaged: it cannot be unpacked`, { cause });
      }
    }
  }
}

/** The first `size` bytes of a deflate stream; what follows in it or behind it is not looked at. */
async function inflate(pieces: readonly Uint8Array[], size: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const result = new Uint8Array(size);
  // Reads that wait get what comes before an error; what nobody waits for is lost with it.
  const most = Math.ceil(size / LEAST_PIECE) + pieces.length + 1;
  const waiting = Array.from({ length: most }, () => reader.read());
  for (const read of waiting) read.catch(() => undefined);
  const feeding = feed(writer, pieces).catch(() => undefined);
  try {
    let filled = 0;
    for (const read of waiting) {
      const { done, value } = await read;
      if (done) break;
      const piece = value.subarray(0, size - filled);
      result.set(piece, filled);
      filled += piece.length;
      if (filled === size) return result;
    }
    throw new Error(`the stream ends after ${filled} of ${size} bytes`);
  } finally {
    await reader.cancel().catch(() => undefined);
    await writer.abort().catch(() => undefined);
    await feeding;
  }
}

async function feed(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  for (const piece of pieces) await writer.write(piece);
  await writer.close();
}
