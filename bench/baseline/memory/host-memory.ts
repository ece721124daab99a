import { FIRST_FRAME, PAGE_SIZE } from '../layout.js';

interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * A host's memory: one buffer, seen by element size. A VM's RAM is one run of frames in it, so that a
 * guest-physical address is an index away.
 */
export class HostMemory {
  readonly buffer: ArrayBuffer;
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  /** Frames for guests. */
  readonly limit: number;
  #free: Range[];

  constructor(frames: number) {
    this.limit = frames;
    // Nothing is committed before it is touched.
    this.buffer = new ArrayBuffer((FIRST_FRAME + frames) * PAGE_SIZE);
    this.u8 = new Uint8Array(this.buffer);
    this.i8 = new Int8Array(this.buffer);
    this.u16 = new Uint16Array(this.buffer);
    this.i16 = new Int16Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.#free = [{ first: FIRST_FRAME, count: frames }];
  }

  /** Frames in use. */
  get used(): number {
    return this.#free.reduce((used, { count }) => used - count, this.limit);
  }

  /** The first of `count` zeroed frames in a row, 0 when there are none. */
  allocate(count: number): number {
    const index = this.#free.findIndex((range) => range.count >= count);
    const range = this.#free[index];
    if (range === undefined) return 0;
    const rest = { first: range.first + count, count: range.count - count };
    this.#free.splice(index, 1, ...(rest.count > 0 ? [rest] : []));
    return range.first;
  }

  /** Gives frames back, which must be zero again. */
  free(first: number, count: number): void {
    const ranges = [...this.#free, { first, count }].sort((a, b) => a.first - b.first);
    this.#free = [];
    for (const range of ranges) {
      const last = this.#free.at(-1);
      if (last !== undefined && last.first + last.count === range.first) {
        this.#free.splice(-1, 1, { first: last.first, count: last.count + range.count });
      } else {
        this.#free.push(range);
      }
    }
  }
}
