import {
  LayoutValue,
  VIRTIO_CAUSES,
  VIRTIO_CONFIG_SIZE,
  VIRTIO_QUEUES,
  type VirtioCause,
  VirtioTake,
} from './abi.js';
import type { Core } from './core.js';

/** A request as the core names it: `serial` makes up for addresses that are used again. */
export interface TakenRequest {
  readonly address: number;
  readonly serial: number;
  readonly readable: number;
  readonly writable: number;
  /** The first of its readable bytes, often all. */
  readonly prefix: Uint8Array<ArrayBuffer>;
}

/** What a slot has told since it was asked last. */
export interface SlotEvents {
  /** Bits of VirtioEvent. */
  readonly events: number;
  /** Queues that were notified, a bit each. */
  readonly notified: number;
  /** The driver's last write to the configuration space. */
  readonly written: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> };
  readonly status: number;
  readonly cause: VirtioCause;
  /** How often the device had to stand still. */
  readonly failures: number;
  /** Feature bits that the driver has accepted. */
  readonly features: bigint;
}

/** Bytes at TRANSFER before a request's first readable ones. */
const TAKEN_SIZE = 16;

/** The virtio slots of one VM, as the core has them (assembly/virtio/). */
export class VirtioSlots {
  readonly #core: Core;
  readonly #vm: number;
  readonly #transfer: number;
  readonly #transferSize: number;
  /** The TRANSFER area, in bytes and in words; growth of the core's memory leaves them without a length. */
  #area = new Uint8Array(0);
  #words = new Uint32Array(0);

  constructor(core: Core, vm: number) {
    this.#core = core;
    this.#vm = vm;
    this.#transfer = core.layout(LayoutValue.Transfer);
    this.#transferSize = core.layout(LayoutValue.TransferSize);
  }

  /** Gets the views again that growth took; asking a Wasm memory for its buffer each time would be slow. */
  #renew(): void {
    const { buffer } = this.#core.memory;
    this.#area = new Uint8Array(buffer, this.#transfer, this.#transferSize);
    this.#words = new Uint32Array(buffer, this.#transfer, this.#transferSize / 4);
  }

  /** The TRANSFER area, valid until the next call into the core. */
  get #bytes(): Uint8Array<ArrayBuffer> {
    if (this.#area.length === 0) this.#renew();
    return this.#area;
  }

  /** A u32 of the TRANSFER area, little-endian as all of the machine. */
  #word(offset: number): number {
    if (this.#words.length === 0) this.#renew();
    return this.#words[offset / 4] ?? 0;
  }

  /** Puts a device into a slot; false for figures beyond the core's bounds. */
  attach(
    slot: number,
    device: {
      readonly type: number;
      readonly features: bigint;
      readonly queues: readonly number[];
      readonly config: Uint8Array;
    },
  ): boolean {
    const { type, features, queues, config } = device;
    if (queues.length > VIRTIO_QUEUES || config.length > VIRTIO_CONFIG_SIZE) return false;
    const sizes = Uint32Array.from(queues);
    this.#bytes.set(new Uint8Array(sizes.buffer));
    this.#bytes.set(config, sizes.byteLength);
    const { exports } = this.#core;
    return exports.virtioAttach(this.#vm, slot, type, features, queues.length, config.length) !== 0;
  }

  /** Slots that want their back ends, a bit each; a turn begins. */
  doorbells(): number {
    return this.#core.exports.virtioDoorbells(this.#vm);
  }

  events(slot: number): SlotEvents {
    this.#core.exports.virtioEvents(this.#vm, slot);
    const value = new Uint8Array(Uint32Array.of(this.#word(16)).buffer);
    return {
      events: this.#word(0),
      notified: this.#word(4),
      written: { offset: this.#word(8), bytes: value.slice(0, this.#word(12)) },
      status: this.#word(20),
      cause: VIRTIO_CAUSES[this.#word(24)] ?? 'none',
      failures: this.#word(28),
      features: BigInt(this.#word(32)) | (BigInt(this.#word(36)) << 32n),
    };
  }

  /** The next request of a queue, or why there is none (VirtioTake). */
  take(slot: number, queue: number): TakenRequest | number {
    const address = this.#core.exports.virtioTake(this.#vm, slot, queue) >>> 0;
    if (address <= VirtioTake.Missing) return address;
    return {
      address,
      serial: this.#word(0),
      readable: this.#word(4),
      writable: this.#word(8),
      prefix: this.#bytes.slice(TAKEN_SIZE, TAKEN_SIZE + this.#word(12)),
    };
  }

  /** The RAM page for which a request could not be taken (VirtioTake.Missing). */
  get missing(): number {
    return (this.#core.exports.vmMissing(this.#vm) >>> 0) - 1;
  }

  /** Copies readable bytes from `offset` on to `into`; how many there were. */
  read({ address, serial, readable }: TakenRequest, offset: number, into: Uint8Array): number {
    if (offset >= readable) return 0;
    for (let done = 0; done < into.length; ) {
      const wanted = Math.min(into.length - done, this.#transferSize);
      const { exports } = this.#core;
      const count = exports.virtioRead(this.#vm, address, serial, offset + done, wanted);
      if (count === 0) return done;
      into.set(this.#bytes.subarray(0, count), done);
      done += count;
    }
    return into.length;
  }

  /** Copies `from` to the writable bytes from `offset` on; how many there was room for. */
  write({ address, serial, writable }: TakenRequest, offset: number, from: Uint8Array): number {
    if (offset >= writable) return 0;
    for (let done = 0; done < from.length; ) {
      const piece = from.subarray(done, done + this.#transferSize);
      this.#bytes.set(piece);
      const { exports } = this.#core;
      const count = exports.virtioWrite(this.#vm, address, serial, offset + done, piece.length);
      if (count === 0) return done;
      done += count;
    }
    return from.length;
  }

  /** Gives a request back; false if it is void. */
  complete({ address, serial }: TakenRequest, written: number): boolean {
    return this.#core.exports.virtioComplete(this.#vm, address, serial, written) !== 0;
  }

  /** Changes the configuration space; false beyond its end. */
  setConfig(slot: number, offset: number, bytes: Uint8Array): boolean {
    if (bytes.length > VIRTIO_CONFIG_SIZE) return false;
    this.#bytes.set(bytes);
    return this.#core.exports.virtioSetConfig(this.#vm, slot, offset, bytes.length) !== 0;
  }

  /** The back end failed: the device stands still until its driver resets it. */
  fail(slot: number): void {
    this.#core.exports.virtioFail(this.#vm, slot);
  }
}
