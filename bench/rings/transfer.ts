import { LayoutValue } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';

/** What `virtioTake` tells of a request (assembly/virtio/request.ts), by word; its readable bytes follow. */
const SERIAL = 0;
const READABLE = 1;
const COPIED = 3;
const PREFIX = 16;

/**
 * The area where bytes cross between the host layer and an engine. `src/core/virtio-slots.ts` makes objects and
 * copies for each request there; that is the same work for all engines, and is left out here.
 */
export class Transfer {
  readonly size: number;
  /** The area, and its part where the readable data of a request stands that was taken. */
  bytes = new Uint8Array(0);
  data = new Uint8Array(0);
  readonly #core: Core;
  readonly #begin: number;
  readonly #skip: number;
  readonly #length: number;
  #words = new Uint32Array(0);

  /** Requests have `length` bytes of data, behind `skip` bytes that are read too. */
  constructor(core: Core, skip: number, length: number) {
    this.#core = core;
    this.#begin = core.layout(LayoutValue.Transfer);
    this.size = core.layout(LayoutValue.TransferSize);
    this.#skip = skip;
    this.#length = length;
  }

  /**
   * To be called after whatever may have made the engine's memory grow. Of a turn's requests only the first may: all
   * pages that the others touch are there (`prepareRequests`).
   */
  refresh(): void {
    // Growth leaves views without a length; asking a Wasm memory for its buffer is slow.
    if (this.bytes.length !== 0) return;
    const { buffer } = this.#core.memory;
    this.bytes = new Uint8Array(buffer, this.#begin, this.size);
    this.#words = new Uint32Array(buffer, this.#begin, this.size / 4);
    const first = PREFIX + this.#skip;
    this.data = this.bytes.subarray(first, first + this.#length);
  }

  get serial(): number {
    return this.#words[SERIAL] ?? 0;
  }

  /** Whether `data` has all of the request's. */
  get isWhole(): boolean {
    return this.#words[COPIED] === this.#words[READABLE];
  }

  /** A word of the request's first readable bytes. */
  word(index: number): number {
    return this.#words[PREFIX / 4 + index] ?? 0;
  }
}
