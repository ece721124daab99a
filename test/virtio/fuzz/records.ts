import { VIRTIO_SLOTS } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { FRAME_RECORD, FRAME_TABLE } from '../accounts.js';

/** Where the core keeps what the campaign checks (assembly/vm/vm.ts, assembly/virtio/slot.ts and slab.ts). */
const MAP = 0x1000;
const SLOTS = 0x6000;
const SLOT_SIZE = 0x600;
const SLABS = SLOTS + VIRTIO_SLOTS * SLOT_SIZE;
const QUEUES = 0x200;
const QUEUE_SIZE = 0x40;
const VM = { freeSlab: 208, slabFrames: 212, pins: 216 } as const;
const PRESENT = 1 << 24;
const FRAME_MASK = 0xf_ffff;
const PINS = 28;
const SLABS_A_FRAME = 8;

export const SLAB_FRAMES = 256;

/** A queue as the core has it. */
export interface QueueRecord {
  readonly descriptors: bigint;
  readonly available: bigint;
  readonly used: bigint;
  readonly size: number;
  readonly ready: boolean;
  readonly availableNext: number;
  readonly usedNext: number;
}

/** What the core's own memory says of a VM and its slot 0. */
export class Records {
  readonly #core: Core;
  readonly #vm: number;
  readonly #at: number;
  readonly #view: DataView;

  /** Good until memory grows, which the campaign sees to that it does not. */
  constructor(core: Core, vm: number) {
    this.#core = core;
    this.#vm = vm;
    this.#at = vm * 4096;
    this.#view = new DataView(core.memory.buffer);
  }

  #word(address: number): number {
    return this.#view.getUint32(address, true);
  }

  #double(address: number): bigint {
    return this.#view.getBigUint64(address, true);
  }

  get type(): number {
    return this.#word(this.#at + SLOTS);
  }

  get status(): number {
    return this.#word(this.#at + SLOTS + 8);
  }

  get interruptStatus(): number {
    return this.#word(this.#at + SLOTS + 12);
  }

  get features(): bigint {
    return this.#double(this.#at + SLOTS + 24);
  }

  get cause(): number {
    return this.#word(this.#at + SLOTS + 72);
  }

  /** Pages that requests have pinned, by the VM's own count. */
  get pins(): number {
    return this.#word(this.#at + VM.pins);
  }

  get slabFrames(): number {
    return this.#word(this.#at + VM.slabFrames);
  }

  /** Frames that are the VM's alone, control blocks apart. */
  get frames(): number {
    return this.#core.exports.vmFramesOwned(this.#vm) >>> 0;
  }

  queue(index: number): QueueRecord {
    const at = this.#at + SLOTS + QUEUES + index * QUEUE_SIZE;
    return {
      descriptors: this.#double(at),
      available: this.#double(at + 8),
      used: this.#double(at + 16),
      size: this.#word(at + 24),
      ready: this.#word(at + 32) !== 0,
      availableNext: this.#word(at + 36),
      usedNext: this.#word(at + 40),
    };
  }

  /** How long the list of free slabs is; one more than there can be if it does not end. */
  freeSlabs(): number {
    let count = 0;
    const most = this.slabFrames * SLABS_A_FRAME;
    for (let slab = this.#word(this.#at + VM.freeSlab); slab !== 0; slab = this.#word(slab)) {
      if (++count > most) break;
    }
    return count;
  }

  /** The serial of the request whose first slab is there; 0 if it has ended. */
  serial(slab: number): number {
    return this.#word(slab + 4);
  }

  get slabs(): number {
    return this.slabFrames * SLABS_A_FRAME;
  }

  /** The frames of the slabs. */
  slabFrameNumbers(): number[] {
    return Array.from(
      { length: this.slabFrames },
      (_, n) => this.#word(this.#at + SLABS + n * 4) >>> 12,
    );
  }

  /** The frame of a RAM page, or 0. */
  frame(page: number): number {
    const table = this.#word(this.#at + MAP + (page >>> 9) * 4);
    if (table === 0) return 0;
    const state = this.#word(table + (page & 511) * 8);
    return state & PRESENT ? state & FRAME_MASK : 0;
  }

  /** Pins of a frame. */
  framePins(frame: number): number {
    return this.#word(FRAME_TABLE + frame * FRAME_RECORD + PINS);
  }
}
