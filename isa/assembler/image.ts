/** The program's bytes while they are being written, one after the other. */
export class Image {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends `size` bytes of `value`, least significant first. */
  append(value: bigint, size: number): void {
    this.#reserve(size);
    for (let i = 0; i < size; i++) {
      this.#bytes[this.#length++] = Number((value >> BigInt(8 * i)) & 0xffn);
    }
  }

  /** Appends these bytes. */
  appendBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of all bytes. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
