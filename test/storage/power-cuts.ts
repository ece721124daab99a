import type { FileEvent } from './recording-file.js';

/**
 * What is written whole or not at all: a block of the guest's ext4, 1 KiB. Between sectors of 512 bytes its
 * superblock can be torn, whose checksum is wrong then, whereupon `e2fsck -p` gives up before it comes
 * to the journal. The images' own tests (memory-file) tear at 512.
 */
const BLOCK = 1024;

interface Pending {
  readonly number: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  ended: boolean;
}

/** Plays a file's log up to any moment, and says what may be found there if the power fails then. */
export class PowerCuts {
  readonly #events: readonly FileEvent[];
  #next = 0;
  /** What surely survives; as long as the file's end is. */
  #durable: Uint8Array<ArrayBuffer>;
  #size: number;
  #pending: Pending[] = [];
  /** For each flush under way the writes that had ended before it. */
  readonly #flushes = new Map<number, ReadonlySet<Pending>>();
  #mark = -1;

  /** @param bytes what the file held when the log began */
  constructor(bytes: Uint8Array, events: readonly FileEvent[]) {
    this.#durable = Uint8Array.from(bytes);
    this.#size = bytes.length;
    this.#events = events;
  }

  /** The last mark that was set before this moment, or -1. */
  get mark(): number {
    return this.#mark;
  }

  /** Goes on to the moment before event number `moment`. */
  advance(moment: number): void {
    while (this.#next < moment) {
      const event = this.#events[this.#next++];
      if (event !== undefined) this.#play(event);
    }
  }

  /** The file if the power fails now: of what may be lost, the blocks that `survives` says are there. */
  image(survives: () => boolean): Uint8Array<ArrayBuffer> {
    let [bytes, size] = [this.#durable.slice(0, this.#size), this.#size];
    for (const { offset, bytes: written } of this.#pending) {
      for (let at = 0; at < written.length; ) {
        const end = Math.min(written.length, at + BLOCK - ((offset + at) % BLOCK));
        if (survives()) [bytes, size] = put(bytes, size, offset + at, written.subarray(at, end));
        at = end;
      }
    }
    return bytes.subarray(0, size);
  }

  #play(event: FileEvent): void {
    switch (event.kind) {
      case 'mark':
        this.#mark = event.what;
        return;
      case 'write':
        this.#pending.push({ ...event, ended: false });
        return;
      case 'flush':
        this.#flushes.set(event.number, new Set(this.#pending.filter(({ ended }) => ended)));
        return;
      case 'ended':
        this.#end(event.number);
    }
  }

  #end(number: number): void {
    const flushed = this.#flushes.get(number);
    if (flushed === undefined) {
      for (const write of this.#pending) if (write.number === number) write.ended = true;
      return;
    }
    this.#flushes.delete(number);
    const left: Pending[] = [];
    for (const write of this.#pending) {
      if (!flushed.has(write)) left.push(write);
      else {
        const { offset, bytes } = write;
        [this.#durable, this.#size] = put(this.#durable, this.#size, offset, bytes);
      }
    }
    this.#pending = left;
  }
}

function put(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  offset: number,
  written: Uint8Array,
): [Uint8Array<ArrayBuffer>, number] {
  const end = offset + written.length;
  let room = bytes;
  if (end > bytes.length) {
    room = new Uint8Array(Math.max(end, bytes.length * 2));
    room.set(bytes);
  }
  room.set(written, offset);
  return [room, Math.max(size, end)];
}
