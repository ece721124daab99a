/** Bytes that are kept for later requests, in buffers of all sizes. */
const MOST_KEPT = 4 * 2 ** 20;
/** The least that is worth keeping. */
const LEAST_SIZE = 4096;

/**
 * Buffers between a disk and the guest's memory, used again: a fresh one must be filled with zeros first,
 * and collected later. What one had in it before is there
 * still, so a disk must have filled what goes to the guest. They belong to one disk of one VM.
 */
export class Buffers {
  /** By size, a power of 2. */
  readonly #free = new Map<number, Uint8Array<ArrayBuffer>[]>();
  #kept = 0;

  /** A buffer of `length` bytes, the caller's until it gives it back. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const size = sizeFor(length);
    const buffer = this.#free.get(size)?.pop();
    if (buffer !== undefined) this.#kept -= size;
    return (buffer ?? new Uint8Array(size)).subarray(0, length);
  }

  /** Nobody uses `bytes`, which `take` gave, any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    const size = buffer.byteLength;
    if (this.#kept + size > MOST_KEPT) return;
    this.#kept += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [new Uint8Array(buffer)]);
    else free.push(new Uint8Array(buffer));
  }
}

function sizeFor(length: number): number {
  return Math.max(LEAST_SIZE, 2 ** Math.ceil(Math.log2(length)));
}
