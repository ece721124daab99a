import type { Random } from '../fuzz/random.js';
import { INDIRECT, NEXT, WRITE } from '../mock-queue.js';
import { EVENT_IDX, INDIRECT_DESC, Register, Status, VERSION_1 } from '../registers.js';
import { BUFFERS, RAM_SIZE, RINGS, type Twin } from './twin.js';

const LOW = 0x8000_0000;
const READY = Status.Acknowledge | Status.Driver | Status.FeaturesOk;
/** Entries of the longest indirect table: some more than a chain may have. */
const MOST_ENTRIES = 1100;

interface Ring {
  readonly size: number;
  readonly descriptors: number;
  readonly available: number;
  index: number;
}

interface Descriptor {
  readonly more: boolean;
  readonly next: number;
  readonly write: boolean;
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** Halves of a GPA: mostly in RAM, now and then at its ends or beyond. */
function address(random: Random): readonly [number, number] {
  if (!random.once(150)) return [LOW + BUFFERS + random.below(RAM_SIZE - BUFFERS - 0x2000), 0];
  return random.pick([
    [LOW + RAM_SIZE - random.below(32), 0],
    [LOW - 8 + random.below(16), 0],
    [LOW + RINGS + random.below(BUFFERS - RINGS), 0],
    [0xffff_ffff - random.below(32), 0xffff_ffff],
    [LOW + random.below(RAM_SIZE), random.word()],
    [LOW + random.below(RAM_SIZE), 1],
    [random.word(), random.below(2)],
  ] as const);
}

function length(random: Random): number {
  if (random.once(300)) return random.pick([0xffff_ffff, 0x8000_0000, RAM_SIZE, RAM_SIZE + 1]);
  return random.once(16) ? random.pick([0, 1, 4096, 8193]) : random.below(300);
}

/** A driver of both machines that does what drivers do, and now and then what none may. */
export class HostileDriver {
  readonly #twin: Twin;
  readonly #random: Random;
  readonly #rings: Ring[] = [];

  constructor(twin: Twin, random: Random) {
    this.#twin = twin;
    this.#random = random;
  }

  /** Brings the device up with two queues, whatever state it was left in. */
  start(): void {
    const random = this.#random;
    let features = VERSION_1;
    if (random.once(2)) features |= EVENT_IDX;
    if (!random.once(10)) features |= INDIRECT_DESC;
    if (random.once(40)) features = BigInt(random.word()) << BigInt(random.below(33));
    this.#twin.write([
      [Register.Status, 0],
      [Register.Status, Status.Acknowledge | Status.Driver],
      [Register.DriverFeaturesSelect, 0],
      [Register.DriverFeatures, Number(features & 0xffff_ffffn)],
      [Register.DriverFeaturesSelect, 1],
      [Register.DriverFeatures, Number((features >> 32n) & 0xffff_ffffn)],
      [Register.Status, READY],
      ...this.#queue(0, 7),
      ...this.#queue(1, 5),
      [Register.Status, READY | Status.DriverOk],
    ]);
  }

  #queue(queue: number, sizes: number): [number, number][] {
    const random = this.#random;
    const size = random.once(80) ? random.word() : 4 << random.below(sizes);
    const place = (part: number, alignment: number) =>
      RINGS + (3 * queue + part) * 0x2800 + random.below(0x1000 / alignment) * alignment;
    const [descriptors, available, used] = [place(0, 16), place(1, 2), place(2, 4)];
    if (!random.once(40)) {
      for (const at of [available, used]) this.#twin.poke(at, new Uint8Array(4));
    }
    if (size <= 256) this.#rings.push({ size, descriptors, available, index: 0 });
    return [
      [Register.QueueSelect, queue],
      [Register.QueueSize, size],
      [Register.DescriptorsLow, LOW + descriptors],
      [Register.DescriptorsHigh, random.once(100) ? 1 : 0],
      [Register.AvailableLow, LOW + available],
      [Register.AvailableHigh, 0],
      [Register.UsedLow, random.once(80) ? address(random)[0] : LOW + used],
      [Register.UsedHigh, 0],
      [Register.QueueReady, 1],
    ];
  }

  /** Makes a chain available that is more or less right. */
  add(): void {
    const random = this.#random;
    const ring = this.#rings[random.below(2)];
    if (ring === undefined) return;
    const { size, available } = ring;
    const head = random.below(size);
    this.#chain(ring, head);
    const put = random.once(80) ? random.word() : head;
    this.#twin.poke(available + 4 + 2 * (ring.index % size), words(put).subarray(0, 2));
    ring.index += random.once(200) ? random.below(1000) : 1;
    this.#twin.poke(available + 2, words(ring.index).subarray(0, 2));
    // The flags, or the entry that an interrupt is wanted for.
    const event = random.once(2) ? 0 : 4 + 2 * size;
    if (random.once(4)) this.#twin.poke(available + event, words(ring.index - 1).subarray(0, 2));
  }

  #chain({ size, descriptors }: Ring, head: number): void {
    const random = this.#random;
    const most = 1 + random.below(random.once(24) ? size : Math.min(size, 5));
    // Enough of them make more bytes than a request may have.
    const large = random.once(60);
    for (let n = 0, index = head; n < most; n++) {
      const more = n < most - 1;
      // Loops too.
      const wrong = random.pick([index, head, random.below(2 * size)]);
      const next = random.once(50) ? wrong : (index + 1) % size;
      const write = random.once(60) ? random.once(2) : 2 * n >= most;
      const descriptor =
        large || (!more && random.once(3))
          ? this.#table(n > 0 && write, large)
          : this.#one({ more, next, write });
      this.#twin.poke(descriptors + 16 * index, descriptor);
      if (large) return;
      index = (index + 1) % size;
    }
  }

  #one({ more, next, write }: Descriptor, large = false): Uint8Array {
    const random = this.#random;
    if (large) return words(LOW, 0, RAM_SIZE - random.below(8), (more ? NEXT : 0) | (next << 16));
    const flags = (more ? NEXT : 0) | (write ? WRITE : 0);
    const [low, high] = address(random);
    const wild = random.once(250) ? random.word() & 0xffff : flags;
    return words(low, high, length(random), wild | (next << 16));
  }

  /** An indirect table, anywhere, for writing alone or for both; the descriptor for it. */
  #table(writable: boolean, large: boolean): Uint8Array {
    const random = this.#random;
    const at = BUFFERS + random.below(RAM_SIZE - BUFFERS - 16 * MOST_ENTRIES);
    const entries = large ? 24 : 1 + random.below(random.once(16) ? MOST_ENTRIES : 40);
    const table = new Uint8Array(16 * entries);
    for (let n = 0; n < entries; n++) {
      const write = writable || 2 * n >= entries;
      table.set(this.#one({ more: n < entries - 1, next: n + 1, write }, large), 16 * n);
    }
    this.#twin.poke(at, table);
    return words(LOW + at, 0, random.once(30) ? random.word() : table.length, INDIRECT);
  }

  /** A store to any register, of any width. */
  store(): void {
    const random = this.#random;
    const width = random.pick([1, 2, 4] as const);
    const register = random.once(2) ? 4 * random.below(0x48) : random.below(0x200);
    const value = random.once(2) ? random.below(8) : random.word();
    this.#twin.write([[register & -width, value, width]]);
  }

  notify(): void {
    this.#twin.write([
      [Register.QueueNotify, this.#random.below(3)],
      [Register.InterruptAck, this.#random.below(4)],
    ]);
  }

  end(): void {
    this.#twin.write([
      [Register.QueueSelect, this.#random.below(3)],
      [Register.QueueReady, 0],
    ]);
  }
}
