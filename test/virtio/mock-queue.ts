import type { GuestMemory } from '../../src/core/guest-memory.js';

/** Descriptor flags (VIRTIO 1.2 §2.7.5). */
export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;
export const DESCRIPTOR_SIZE = 16;
/** Of the available ring's flags (VIRTIO 1.2 §2.7.6). */
export const NO_INTERRUPT = 1;

/** Where the parts of a queue stand, and its size in descriptors. */
export interface QueuePlace {
  readonly size: number;
  readonly descriptors: bigint;
  readonly available: bigint;
  readonly used: bigint;
}

/** A queue whose parts follow each other from `address` on, as closely as their alignments let them. */
export function placeAt(address: bigint, size: number): QueuePlace {
  const available = address + BigInt(size * DESCRIPTOR_SIZE);
  const used = (available + BigInt(4 + 2 * size + 2) + 3n) & ~3n;
  return { size, descriptors: address, available, used };
}

export interface Descriptor {
  readonly address: bigint;
  readonly length: number;
  readonly flags: number;
  readonly next: number;
}

/** A piece of a chain; the device writes to it or reads from it. */
export interface MockBuffer {
  readonly address: bigint;
  readonly length: number;
  readonly write?: boolean;
}

export interface ChainLayout {
  /** Where an indirect table is to stand; without one, the chain is direct. */
  readonly table?: bigint;
  /** Buffers that stand in the queue's own table even so, before the indirect ones. */
  readonly direct?: number;
  /** The order in which the indirect table has the buffers after its first; as in the chain if not given. */
  readonly backwards?: boolean;
}

export interface Used {
  readonly head: number;
  readonly written: number;
}

/** The driver's side of a split virtqueue (VIRTIO 1.2 §2.7), in the guest's RAM. */
export class MockQueue {
  readonly place: QueuePlace;
  /** Entries made available, and used entries collected; both wrap at 2^16. */
  availableIndex = 0;
  usedIndex = 0;
  readonly #ram: GuestMemory;
  readonly #free: number[];
  /** Descriptors of the queue's table that a chain has, by its head. */
  readonly #held = new Map<number, readonly number[]>();

  constructor(ram: GuestMemory, place: QueuePlace) {
    this.place = place;
    this.#ram = ram;
    this.#free = Array.from({ length: place.size }, (_, index) => index);
    ram.write(place.available, new Uint8Array(4 + 2 * place.size + 2));
    ram.write(place.used, new Uint8Array(4 + 8 * place.size + 2));
  }

  /** Puts a chain into the table and makes it available; its head. */
  add(buffers: readonly MockBuffer[], layout: ChainLayout = {}): number {
    const head = this.prepare(buffers, layout);
    this.makeAvailable(head);
    return head;
  }

  /** Puts a chain into the table; its head. */
  prepare(buffers: readonly MockBuffer[], layout: ChainLayout = {}): number {
    const { table } = layout;
    const direct = table === undefined ? buffers.length : (layout.direct ?? 0);
    const own = buffers.slice(0, direct);
    const indexes = this.#free.splice(-(own.length + (table === undefined ? 0 : 1)));
    if (indexes.length !== own.length + (table === undefined ? 0 : 1)) {
      throw new Error('the mock driver has no descriptor left');
    }
    const entries = own.map((buffer) => entryOf(buffer));
    if (table !== undefined) {
      const rest = buffers.slice(direct);
      this.#writeTable(table, rest, layout.backwards === true);
      const length = rest.length * DESCRIPTOR_SIZE;
      entries.push({ address: table, length, flags: INDIRECT });
    }
    for (const [n, entry] of entries.entries()) {
      const next = indexes[n + 1];
      const flags = entry.flags | (next === undefined ? 0 : NEXT);
      this.setDescriptor(indexes[n] ?? 0, { ...entry, flags, next: next ?? 0 });
    }
    const head = indexes[0] ?? 0;
    this.#held.set(head, indexes);
    return head;
  }

  #writeTable(table: bigint, buffers: readonly MockBuffer[], backwards: boolean): void {
    const last = buffers.length - 1;
    // A chain begins with a table's first descriptor, wherever the others stand.
    const placeOf = (n: number) => (backwards && n > 0 ? buffers.length - n : n);
    for (const [n, buffer] of buffers.entries()) {
      const entry = entryOf(buffer);
      const descriptor =
        n === last
          ? { ...entry, next: 0 }
          : { ...entry, flags: entry.flags | NEXT, next: placeOf(n + 1) };
      this.#ram.write(table + BigInt(placeOf(n) * DESCRIPTOR_SIZE), encode(descriptor));
    }
  }

  setDescriptor(index: number, descriptor: Descriptor): void {
    const at = this.place.descriptors + BigInt(index * DESCRIPTOR_SIZE);
    this.#ram.write(at, encode(descriptor));
  }

  /** Puts `head` into the available ring, right or wrong, and moves its index. */
  makeAvailable(head: number): void {
    const slot = this.availableIndex & (this.place.size - 1);
    this.#write16(this.place.available + 4n + BigInt(2 * slot), head);
    this.setAvailableIndex(this.availableIndex + 1);
  }

  setAvailableIndex(index: number): void {
    this.availableIndex = index & 0xffff;
    this.#write16(this.place.available + 2n, this.availableIndex);
  }

  /** The flags of the available ring. */
  setFlags(flags: number): void {
    this.#write16(this.place.available, flags);
  }

  /** The used entry that the driver wants an interrupt for (EVENT_IDX). */
  setUsedEvent(index: number): void {
    this.#write16(this.place.available + BigInt(4 + 2 * this.place.size), index);
  }

  /** The available entry that the device wants a notification for (EVENT_IDX). */
  get availableEvent(): number {
    return this.#read16(this.place.used + BigInt(4 + 8 * this.place.size));
  }

  get deviceUsedIndex(): number {
    return this.#read16(this.place.used + 2n);
  }

  get deviceFlags(): number {
    return this.#read16(this.place.used);
  }

  /** What the device has given back since the last call; the descriptors are free again. */
  collect(): Used[] {
    const used: Used[] = [];
    for (const end = this.deviceUsedIndex; this.usedIndex !== end; ) {
      const slot = this.usedIndex & (this.place.size - 1);
      const entry = this.#ram.read(this.place.used + 4n + BigInt(8 * slot), 8);
      const view = new DataView(entry.buffer);
      const head = view.getUint32(0, true);
      used.push({ head, written: view.getUint32(4, true) });
      this.#free.push(...(this.#held.get(head) ?? []));
      this.#held.delete(head);
      this.usedIndex = (this.usedIndex + 1) & 0xffff;
    }
    return used;
  }

  #write16(address: bigint, value: number): void {
    this.#ram.write(address, Uint8Array.of(value & 0xff, (value >>> 8) & 0xff));
  }

  #read16(address: bigint): number {
    const [low = 0, high = 0] = this.#ram.read(address, 2);
    return low | (high << 8);
  }
}

const entryOf = ({ address, length, write }: MockBuffer) => ({
  address,
  length,
  flags: write === true ? WRITE : 0,
});

/** A descriptor as the table has it. */
export function encode({ address, length, flags, next }: Descriptor): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(DESCRIPTOR_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, address, true);
  view.setUint32(8, length, true);
  view.setUint16(12, flags, true);
  view.setUint16(14, next, true);
  return bytes;
}
