import { HASH_SIZE } from './format.js';
import { compareHashes, hashWord } from './hash-order.js';
import { radixOrder } from './radix-order.js';

const NONE = 0;
/** Odd numbers that no guest knows: else it could choose pages whose hashes meet in one entry. */
const SECRETS = crypto.getRandomValues(new Uint32Array(2));
const [FIRST, SECOND] = [(SECRETS[0] ?? 0) | 1, (SECRETS[1] ?? 0) | 1];

/** Four bytes of a hash behind those that order it. */
function secondWord(hashes: Uint8Array, row: number): number {
  const at = row * HASH_SIZE + 4;
  const [a = 0, b = 0, c = 0, d = 0] = [hashes[at], hashes[at + 1], hashes[at + 2], hashes[at + 3]];
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/** Hashes in the order in which they came, each once, and found again at once. No object for any of them. */
export class HashList {
  #hashes = new Uint8Array(1024 * HASH_SIZE);
  /** Rows plus one by the hash's first word, with open addressing; at most half full. */
  #table = new Uint32Array(4096);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The row of a hash, or -1. */
  find(hashes: Uint8Array, row: number): number {
    const entry = this.#table[this.#entryOf(hashes, row)] as number;
    return entry - 1;
  }

  /** Adds a hash that is not there; its row. */
  add(hashes: Uint8Array, row: number): number {
    if (this.#count * 2 >= this.#table.length) this.#grow();
    if ((this.#count + 1) * HASH_SIZE > this.#hashes.length) {
      const larger = new Uint8Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    const at = row * HASH_SIZE;
    this.#hashes.set(hashes.subarray(at, at + HASH_SIZE), this.#count * HASH_SIZE);
    this.#table[this.#entryOf(hashes, row)] = ++this.#count;
    return this.#count - 1;
  }

  /** All of them in ascending order, and the row that each had. */
  sorted(): { hashes: Uint8Array<ArrayBuffer>; rows: Uint32Array<ArrayBuffer> } {
    const words = new Uint32Array(this.#count);
    for (let row = 0; row < this.#count; row++) words[row] = hashWord(this.#hashes, row);
    const rows = radixOrder(words);
    for (let from = 0; from < rows.length; ) {
      const word = words[rows[from] as number];
      let to = from + 1;
      while (to < rows.length && words[rows[to] as number] === word) to++;
      if (to - from > 1) {
        rows.subarray(from, to).sort((a, b) => compareHashes(this.#hashes, a, this.#hashes, b));
      }
      from = to;
    }
    const hashes = new Uint8Array(this.#count * HASH_SIZE);
    for (let index = 0; index < rows.length; index++) {
      const at = (rows[index] as number) * HASH_SIZE;
      hashes.set(this.#hashes.subarray(at, at + HASH_SIZE), index * HASH_SIZE);
    }
    return { hashes, rows };
  }

  /** Where a hash stands in the table, or where it would. */
  #entryOf(hashes: Uint8Array, row: number): number {
    const mask = this.#table.length - 1;
    const mixed =
      Math.imul(hashWord(hashes, row), FIRST) + Math.imul(secondWord(hashes, row), SECOND);
    // The upper bits are those that multiplying mixes.
    let at = (mixed ^ (mixed >>> 15)) & mask;
    for (;;) {
      const entry = this.#table[at] as number;
      if (entry === NONE || compareHashes(hashes, row, this.#hashes, entry - 1) === 0) return at;
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let row = 0; row < this.#count; row++) {
      this.#table[this.#entryOf(this.#hashes, row)] = row + 1;
    }
  }
}
