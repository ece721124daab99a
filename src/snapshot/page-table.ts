import { HASH_SIZE } from './format.js';
import type { AreaColumns } from './manifest-writer.js';
import { radixOrder } from './radix-order.js';

/** The pages of an area while a snapshot is written: columns that grow, sorted at the end. */
export class PageTable {
  readonly name: string;
  #numbers = new Uint32Array(1024);
  #hashes = new Uint8Array(1024 * HASH_SIZE);
  #places = new Uint32Array(1024 * 2);
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  get count(): number {
    return this.#count;
  }

  /** @param hashes where row `row` is the page's hash */
  push(number: number, hashes: Uint8Array, row: number, pack: number, place: number): void {
    if (this.#count === this.#numbers.length) this.#grow();
    const at = row * HASH_SIZE;
    this.#numbers[this.#count] = number;
    this.#hashes.set(hashes.subarray(at, at + HASH_SIZE), this.#count * HASH_SIZE);
    this.#places[2 * this.#count] = pack;
    this.#places[2 * this.#count + 1] = place;
    this.#count++;
  }

  /** All columns in the order of the numbers; `repeated` is a number that came twice. */
  sorted(): { columns: AreaColumns; repeated: number | undefined } {
    const count = this.#count;
    const order = radixOrder(this.#numbers.subarray(0, count));
    const numbers = new Uint32Array(count);
    const hashes = new Uint8Array(count * HASH_SIZE);
    const places = new Uint32Array(count * 2);
    let repeated: number | undefined;
    for (let index = 0; index < count; index++) {
      const from = order[index] as number;
      const at = from * HASH_SIZE;
      numbers[index] = this.#numbers[from] as number;
      hashes.set(this.#hashes.subarray(at, at + HASH_SIZE), index * HASH_SIZE);
      places[2 * index] = this.#places[2 * from] as number;
      places[2 * index + 1] = this.#places[2 * from + 1] as number;
      if (index > 0 && numbers[index - 1] === numbers[index]) repeated = numbers[index];
    }
    return { columns: { name: this.name, numbers, hashes, places }, repeated };
  }

  #grow(): void {
    const numbers = new Uint32Array(this.#numbers.length * 2);
    const hashes = new Uint8Array(this.#hashes.length * 2);
    const places = new Uint32Array(this.#places.length * 2);
    numbers.set(this.#numbers);
    hashes.set(this.#hashes);
    places.set(this.#places);
    this.#numbers = numbers;
    this.#hashes = hashes;
    this.#places = places;
  }
}
