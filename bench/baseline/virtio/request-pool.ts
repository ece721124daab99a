/**
 * Requests that back ends have taken: the buffers of each chain, as the driver gave them. Whatever the
 * driver does to its descriptors afterwards, the request stays what was checked. The bounds are the core's,
 * in its units (assembly/virtio/slab.ts): they decide when a request waits in its queue.
 */

/** Requests and their buffers together take so many slabs at most, a request one or more. */
const MOST_SLABS = 2048;
/** Buffers in a slab. */
const SLAB_BUFFERS = 29;
/** Pages of requests under way, 256 MiB; a page counts once for each buffer in it. */
const MOST_PAGES = 65_536;

/** One request; the object is used again once it has ended. */
export class Request {
  /** What back ends call it by, with its serial, which is 0 while it is free. */
  readonly address: number;
  serial = 0;
  /** Slot and queue it came from, and its head's index in the descriptor table. */
  slot = 0;
  queue = 0;
  head = 0;
  /** Bytes the device may read, and bytes it may write. */
  readable = 0;
  writable = 0;
  /** Buffers: where in RAM, and how long. The first `readers` are for reading, all others for writing. */
  count = 0;
  readers = 0;
  offsets = new Uint32Array(SLAB_BUFFERS);
  lengths = new Int32Array(SLAB_BUFFERS);
  /** What it takes of the bounds. */
  slabs = 0;
  pages = 0;
  nextFree: Request | undefined;

  constructor(address: number) {
    this.address = address;
  }
}

export class RequestPool {
  /** Address of the first: no other VM's requests have the same, nor is it a result that is no request. */
  readonly #base: number;
  readonly #all: Request[] = [];
  #free: Request | undefined;
  #slabs = 0;
  #pages = 0;
  #serial = 0;

  /** For the VM whose RAM begins at a frame; a host has 2^20 of them at most. */
  constructor(firstFrame: number) {
    this.#base = firstFrame * MOST_SLABS;
  }

  /** An empty request without a serial; `undefined` when others must end first. */
  reserve(): Request | undefined {
    if (this.#slabs === MOST_SLABS) return undefined;
    this.#slabs += 1;
    let request = this.#free;
    if (request === undefined) {
      request = new Request(this.#base + this.#all.length);
      this.#all.push(request);
    } else {
      this.#free = request.nextFree;
    }
    request.readable = 0;
    request.writable = 0;
    request.count = 0;
    request.readers = 0;
    request.slabs = 1;
    request.pages = 0;
    return request;
  }

  /** Room for another buffer; false when other requests must end first. */
  extend(request: Request): boolean {
    if (request.count < request.slabs * SLAB_BUFFERS) return true;
    if (this.#slabs === MOST_SLABS) return false;
    this.#slabs += 1;
    request.slabs += 1;
    if (request.count === request.offsets.length) {
      const { offsets, lengths } = request;
      request.offsets = new Uint32Array(2 * request.count);
      request.offsets.set(offsets);
      request.lengths = new Int32Array(2 * request.count);
      request.lengths.set(lengths);
    }
    return true;
  }

  /** Lets a request begin; false when others must end first. One that is alone always may. */
  begin(request: Request): boolean {
    if (this.#pages !== 0 && this.#pages + request.pages > MOST_PAGES) return false;
    this.#pages += request.pages;
    this.#serial = (this.#serial + 1) | 0;
    if (this.#serial === 0) this.#serial = 1;
    request.serial = this.#serial;
    return true;
  }

  /** Gives a request back, whether it has begun or not. */
  release(request: Request): void {
    if (request.serial !== 0) this.#pages -= request.pages;
    this.#slabs -= request.slabs;
    request.serial = 0;
    request.nextFree = this.#free;
    this.#free = request;
  }

  /** The request that a back end means; `undefined` if it is void. */
  find(address: number, serial: number): Request | undefined {
    const index = address - this.#base;
    if (serial === 0 || index < 0 || index >= this.#all.length) return undefined;
    const request = this.#all[index];
    return request.serial === (serial | 0) ? request : undefined;
  }

  /** Makes the requests of a slot's queue void: they can never be answered. */
  drop(slot: number, queue: number): void {
    for (const request of this.#all) {
      if (request.serial === 0 || request.slot !== slot || request.queue !== queue) continue;
      this.release(request);
    }
  }
}
