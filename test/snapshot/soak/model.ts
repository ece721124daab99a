import { PAGE_SIZE, RAM_BASE } from '../../../src/core/abi.js';
import type { Vm } from '../../../src/vm/vm.js';
import { addressOf, type Order, ordersBytes } from '../told-guest.js';

const ORDERS_PAGE = 1;
const ZERO = new Uint8Array(PAGE_SIZE);

/** What a guest's memory must hold. Pages are never changed in place: copies of a model are cheap. */
export class Model {
  readonly #pages: Map<number, Uint8Array>;

  private constructor(pages: Map<number, Uint8Array>) {
    this.#pages = pages;
  }

  /** Of a guest as it is: one that has just booted, with its program and its device tree. */
  static of({ ram }: Vm): Model {
    const pages = new Map<number, Uint8Array>();
    for (let page = 0; page < ram.size / PAGE_SIZE; page++) {
      const bytes = ram.read(addressOf(page), PAGE_SIZE);
      if (bytes.some(Boolean)) pages.set(page, bytes);
    }
    return new Model(pages);
  }

  copy(): Model {
    return new Model(new Map(this.#pages));
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    const content = (this.#pages.get(page) ?? ZERO).slice();
    content.set(bytes, offset);
    this.#pages.set(page, content);
  }

  /** What a guest does that was told to. */
  follow(orders: readonly Order[]): void {
    const written = ordersBytes(orders);
    this.write(ORDERS_PAGE, 0, written);
    for (const { address, value } of orders) {
      const offset = Number(address - RAM_BASE);
      const word = new Uint8Array(BigUint64Array.of(value).buffer);
      this.write(Math.floor(offset / PAGE_SIZE), offset % PAGE_SIZE, word);
    }
    this.write(ORDERS_PAGE, 0, new Uint8Array(8));
  }

  /** The first page that a guest has otherwise. */
  differenceOf({ ram }: Vm): number | undefined {
    for (let page = 0; page < ram.size / PAGE_SIZE; page++) {
      if (!this.isAsIn(ram.read(addressOf(page), PAGE_SIZE), page)) return page;
    }
    return undefined;
  }

  isAsIn(bytes: Uint8Array, page: number): boolean {
    return Buffer.compare(bytes, this.#pages.get(page) ?? ZERO) === 0;
  }
}
