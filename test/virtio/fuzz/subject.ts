import { PAGE_SIZE, RAM_BASE } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { type TakenRequest, VirtioSlots } from '../../../src/core/virtio-slots.js';
import { PLAIN } from '../device.js';
import { MmioGuest } from '../mmio-guest.js';
import { MockDriver } from '../mock-driver.js';
import { type Piece, partOf, type Ram } from './model.js';
import { Records } from './records.js';

/** RAM of the VM whose driver is hostile: small, so that addresses meet. */
export const RAM_SIZE = 1 << 20;
/** The program and its list are below; rings from here on, then buffers; the rest has no frames at first. */
export const RINGS = 0x8000;
export const BUFFERS = 0x1_8000;
const WRITTEN = 0x8_0000;

/** A request that the back end holds, and what the model says of it. */
export interface Held {
  readonly request: TakenRequest;
  readonly queue: number;
  readonly head: number;
  readonly pieces: readonly Piece[];
}

/** The VM that a batch of cases torments, and its back end. */
export class Subject implements Ram {
  readonly core: Core;
  readonly vm: number;
  readonly driver: MockDriver;
  readonly slots: VirtioSlots;
  readonly records: Records;
  readonly size = RAM_SIZE;
  /** All of memory, which does not grow. */
  readonly #memory: Uint8Array;
  /** Requests held, and such as were answered or became void; both may be answered again. */
  held: Held[] = [];
  stale: Held[] = [];

  private constructor(guest: MmioGuest) {
    this.core = guest.machine.core;
    this.vm = guest.machine.vm;
    this.driver = new MockDriver(guest);
    this.slots = new VirtioSlots(this.core, this.vm);
    this.records = new Records(this.core, this.vm);
    this.#memory = this.core.bytes;
    this.slots.attach(0, PLAIN);
    if (this.records.type !== PLAIN.type)
      throw new Error("the records are not where the core's are");
  }

  static async create(core: Core): Promise<Subject> {
    const subject = new Subject(await MmioGuest.create({ core, memory: RAM_SIZE }));
    for (let at = RINGS; at < WRITTEN; at += PAGE_SIZE) subject.poke(at, 0, 1);
    return subject;
  }

  destroy(): void {
    this.core.exports.vmDestroy(this.vm);
  }

  bytes(at: number, length: number): Uint8Array {
    const result = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const offset = (at + done) % PAGE_SIZE;
      const piece = Math.min(length - done, PAGE_SIZE - offset);
      const frame = this.records.frame(Math.floor((at + done) / PAGE_SIZE));
      if (frame !== 0) {
        const from = frame * PAGE_SIZE + offset;
        result.set(this.#memory.subarray(from, from + piece), done);
      }
      done += piece;
    }
    return result;
  }

  /** Stores `width` bytes, at most 4, of a number at an offset in RAM; beyond its end nothing happens. */
  poke(at: number, value: number, width: number): void {
    for (let n = 0; n < width && at + n < RAM_SIZE; n++) {
      const page = Math.floor((at + n) / PAGE_SIZE);
      const frame = this.records.frame(page) || this.core.exports.vmFrame(this.vm, page, 1) >>> 0;
      if (frame === 0) return;
      this.#memory[frame * PAGE_SIZE + ((at + n) % PAGE_SIZE)] = value >>> (8 * n);
    }
  }

  /** Puts a descriptor into a table; its address has a low and a high half. */
  describe(
    at: number,
    [low, high]: readonly [number, number],
    length: number,
    flags: number,
    next: number,
  ): void {
    this.poke(at, low, 4);
    this.poke(at + 4, high, 4);
    this.poke(at + 8, length, 4);
    this.poke(at + 12, (flags & 0xffff) | (next << 16), 4);
  }

  /** The bytes of a part of a chain. */
  gather(pieces: readonly Piece[], write: boolean, offset: number, count: number): Uint8Array {
    const result = new Uint8Array(count);
    let done = 0;
    for (const { at, length } of partOf(pieces, write, offset, count)) {
      result.set(this.bytes(at, length), done);
      done += length;
    }
    return result.subarray(0, done);
  }

  /** The device was reset: all requests held are void. */
  forget(): void {
    this.stale = [...this.stale, ...this.held].slice(-8);
    this.held = [];
  }

  /** Queues may have ended, or the device was reset: only the core knows which requests are void now. */
  sift(): void {
    const isVoid = ({ request }: Held) => this.records.serial(request.address) !== request.serial;
    this.stale = [...this.stale, ...this.held.filter(isVoid)].slice(-8);
    this.held = this.held.filter((held) => !isVoid(held));
  }
}

export const offsetOf = (gpa: bigint): number => Number(gpa - RAM_BASE);
