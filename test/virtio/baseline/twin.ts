import { expect } from 'vitest';
import { RAM_BASE } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import type { Engine } from '../../../src/core/engine.js';
import { type TakenRequest, VirtioSlots } from '../../../src/core/virtio-slots.js';
import { PLAIN } from '../device.js';
import { type Access, MmioGuest } from '../mmio-guest.js';
import { slotBase } from '../registers.js';

/** RAM of each machine: small, so that addresses meet. The program and its list are below RINGS. */
export const RAM_SIZE = 1 << 20;
export const RINGS = 0x8000;
export const BUFFERS = 0x1_8000;

/** What is compared: all registers, and the configuration space by each width. */
const READS: readonly Access[] = [
  ...Array.from({ length: 0x120 / 4 }, (_, n) => ({ at: 4 * n, width: 4 as const })),
  ...Array.from({ length: 16 }, (_, n) => ({ at: 0xf8 + n, width: 1 as const })),
  ...Array.from({ length: 8 }, (_, n) => ({ at: 0xf8 + 2 * n, width: 2 as const })),
  { at: 0x100, width: 8 as const },
  { at: 0x1fe, width: 4 as const },
  { at: 0x200, width: 4 as const },
].map(({ at, width }) => ({ address: slotBase(0) + BigInt(at), width }));

/** One engine's machine, its device, and the requests that its back end holds or has held. */
export interface Side {
  readonly name: string;
  readonly guest: MmioGuest;
  readonly slots: VirtioSlots;
  readonly requests: TakenRequest[];
}

/** The same machine with the same device on two engines, to which the same is done. */
export class Twin {
  readonly #sides: readonly [Side, Side];

  private constructor(sides: readonly [Side, Side]) {
    this.#sides = sides;
  }

  static async create(engines: readonly [Engine, Engine]): Promise<Twin> {
    const side = async (engine: Engine): Promise<Side> => {
      const core = await Core.create(engine, 64 << 20);
      const guest = await MmioGuest.create({ core, memory: RAM_SIZE });
      const slots = new VirtioSlots(core, guest.machine.vm);
      expect(slots.attach(0, PLAIN)).toBe(true);
      return { name: engine.name, guest, slots, requests: [] };
    };
    return new Twin([await side(engines[0]), await side(engines[1])]);
  }

  /** Does the same to both; what came of it, which must be the same. */
  both<T>(what: string, act: (side: Side) => T): T {
    const [first, second] = this.#sides;
    const one = act(first);
    const other = act(second);
    expect(other, `${what}, by ${second.name}, unlike by ${first.name}`).toEqual(one);
    return one;
  }

  /** Writes bytes to RAM, at an offset; beyond its end nothing happens. */
  poke(at: number, bytes: Uint8Array): void {
    const inside = bytes.subarray(0, Math.max(0, RAM_SIZE - at));
    for (const { guest } of this.#sides) guest.machine.ram.write(RAM_BASE + BigInt(at), inside);
  }

  /** Stores to registers, one after the other. */
  write(stores: readonly (readonly [register: number, value: number, width?: 1 | 2 | 4])[]): void {
    const accesses = stores.map(([register, value, width = 4]) => ({
      address: slotBase(0) + BigInt(register),
      width,
      value: BigInt(value >>> 0),
    }));
    this.both('traps of stores', (side) => this.#perform(side, accesses).map(({ trap }) => trap));
  }

  /** Takes a queue's next request: whether there was one. */
  take(queue: number): boolean {
    return (
      this.both('a request', ({ slots, requests }) => {
        const taken = slots.take(0, queue);
        if (typeof taken === 'number') return { result: taken };
        requests.push(taken);
        const { readable, writable, prefix } = taken;
        return { readable, writable, prefix };
      }).result === undefined
    );
  }

  /** One of the requests that a side has taken. */
  request({ requests }: Side, which: number): TakenRequest {
    const request = requests[which];
    if (request === undefined) throw new Error(`request ${which} was never taken`);
    return request;
  }

  /** How many requests were taken, void ones too. */
  get taken(): number {
    return this.#sides[0].requests.length;
  }

  #perform({ guest }: Side, accesses: readonly Access[]) {
    // A device may have written over the program.
    guest.repair();
    return guest.perform(accesses);
  }

  /** All that a guest or a back end can see is the same. */
  compare(): void {
    const [one, other] = this.#sides.map(({ guest }) => guest.machine.ram.read(RAM_BASE, RAM_SIZE));
    if (one === undefined || other === undefined) throw new Error('a side is missing');
    if (Buffer.compare(one, other) !== 0) {
      const at = one.findIndex((byte, n) => byte !== other[n]);
      throw new Error(`RAM differs at +0x${at.toString(16)}: ${one[at]} and ${other[at]}`);
    }
    this.both('registers', (side) => this.#perform(side, READS));
    this.both('doorbells', ({ slots }) => slots.doorbells());
    this.both('events', ({ slots }) => slots.events(0));
  }
}
