import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { VirtioSlots } from '../../src/core/virtio-slots.js';
import { Machine } from '../../test/core/machine.js';
import { WrongResultError } from '../errors.js';
import { diskServer, type Serve, terminalServer } from './back-end.js';
import type { RingCase } from './case.js';
import { driverProgram, placesOf, QUEUE_SIZE } from './driver.js';
import { headsOf, State, stateOf } from './records.js';
import { type PreparedRequest, prepareRequests, RINGS_MEMORY, SECTOR } from './requests.js';

/** Device types (VIRTIO 1.2 §5). */
const TYPES = { block: 2, console: 3 } as const;
/** More steps than a driver needs from one notification to the next. */
const STEPS = 1_000_000n;

/** Bytes that no two requests and no two places in a request have alike, but by chance. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed * 2_654_435_761 + 1; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

/** A guest with the driver of a case, and the device that serves it. */
export class RingRig {
  readonly #ring: RingCase;
  readonly #engine: string;
  readonly #machine: Machine;
  readonly #slots: VirtioSlots;
  readonly #requests: readonly PreparedRequest[];
  readonly #serve: Serve;
  /** What the device holds: a disk's sectors, or what a terminal was told last. */
  readonly #held: Uint8Array;
  readonly #said: Uint8Array;
  #batches = 0;

  private constructor(ring: RingCase, machine: Machine) {
    this.#ring = ring;
    this.#machine = machine;
    this.#engine = machine.core.engine.name;
    this.#slots = new VirtioSlots(machine.core, machine.vm);
    const device = {
      type: TYPES[ring.device],
      features: 0n,
      queues: placesOf(ring).map(() => QUEUE_SIZE),
      config: new Uint8Array(8),
    };
    if (!this.#slots.attach(0, device)) throw new Error('the core refused the device');
    this.#requests = prepareRequests(ring, machine.ram, (n) => pattern(ring.size, n));
    this.#said = pattern(ring.size, -1);
    const isDisk = ring.device === 'block';
    this.#held = isDisk
      ? pattern(this.#requests.length * Math.max(ring.size, SECTOR), -2)
      : new Uint8Array(ring.size);
    const { core, vm } = machine;
    this.#serve = isDisk
      ? diskServer(core, vm, ring, this.#blocks())
      : terminalServer(core, vm, ring, this.#said, this.#held);
  }

  /** The disk's data of each request. */
  #blocks(): Uint8Array[] {
    return this.#requests.map(({ sector }) => this.#block(sector));
  }

  #block(sector: number): Uint8Array {
    const begin = sector * SECTOR;
    return this.#held.subarray(begin, begin + this.#ring.size);
  }

  static async create(ring: RingCase, core: Core): Promise<RingRig> {
    const machine = await Machine.create(driverProgram(ring), { core, memory: RINGS_MEMORY });
    return new RingRig(ring, machine);
  }

  /** Lets the driver make so many batches available and serves them; the requests served. */
  run(batches: number): number {
    const { core, vm } = this.#machine;
    const queues = placesOf(this.#ring).length;
    const wanted = batches * this.#ring.depth * queues;
    let served = 0;
    while (served < wanted) {
      const reason = core.run(vm, STEPS, 0n, 0n);
      // The driver stands still when it finds that something came back wrong.
      this.#expect('exit', reason, ExitReason.Doorbell);
      this.#slots.doorbells();
      for (let queue = 0; queue < queues; queue++) served += this.#serve(queue);
    }
    this.#batches += batches;
    return served;
  }

  /**
   * Runs some batches from a clean state and looks at all that was to come of them: the used rings, of which the
   * driver has looked at all but the last batch of the last queue, and each request's data at the end where it was copied to. Two
   * batches have all requests done, also at a depth of 1.
   *
   * @throws WrongResultError
   */
  check(batches: number): void {
    const { ram } = this.#machine;
    for (const { data, deviceWrites, sector } of this.#requests) {
      if (deviceWrites) ram.write(data, new Uint8Array(this.#ring.size).fill(0xa5));
      else if (this.#ring.device === 'block') this.#block(sector).fill(0x5a);
    }
    this.run(batches);
    this.#checkUsed();
    this.#checkData();
  }

  #checkUsed(): void {
    const { ram } = this.#machine;
    const { depth } = this.#ring;
    const end = this.#batches * depth;
    const places = placesOf(this.#ring);
    for (const [queue, { used }] of places.entries()) {
      const seen = queue < places.length - 1 ? end : Math.max(0, end - depth);
      const ring = new DataView(ram.read(used, 4 + 8 * QUEUE_SIZE).buffer);
      this.#expect('index of the used ring', ring.getUint16(2, true), end & 0xffff);
      const driver = Number(ram.readU64(stateOf(queue) + BigInt(State.used)));
      this.#expect('entries seen by the driver', driver, seen);
      const own = this.#requests.filter((request) => request.queue === queue);
      for (let entry = seen; entry < end; entry++) {
        const at = 4 + 8 * (entry % QUEUE_SIZE);
        const head = ring.getUint32(at, true);
        const request = own[entry % own.length];
        const found = ram.readU64(headsOf(queue) + BigInt(8 * head));
        this.#expect('request of a used id', Number(found), Number(request?.record));
        this.#expect('used length', ring.getUint32(at + 4, true), request?.written);
      }
    }
  }

  #checkData(): void {
    const { ram } = this.#machine;
    const { device, size, depth } = this.#ring;
    const differ = (request: PreparedRequest | undefined, bytes: Uint8Array) =>
      request === undefined ? 1 : Buffer.compare(ram.read(request.data, size), bytes);
    if (device === 'block') {
      for (const request of this.#requests) {
        this.#expect('data', differ(request, this.#block(request.sector)), 0);
      }
      return;
    }
    const outputs = this.#requests.filter(({ deviceWrites }) => !deviceWrites);
    for (const request of this.#requests) {
      if (request.deviceWrites) this.#expect('input', differ(request, this.#said), 0);
    }
    const last = outputs[(this.#batches * depth - 1) % outputs.length];
    this.#expect('output', differ(last, this.#held), 0);
  }

  #expect(what: string, found: number, expected: number | undefined): void {
    if (found === expected) return;
    throw new WrongResultError(
      `${this.#ring.name} has a wrong result on ${this.#engine}: ${what} ${found}, not ${expected}`,
    );
  }

  /** Frees the guest. */
  [Symbol.dispose](): void {
    this.#machine.core.exports.vmDestroy(this.#machine.vm);
  }
}
