import { PAGE_SIZE } from '../../../src/core/abi.js';
import { SnapshotError } from '../../../src/core/errors.js';
import type { SnapshotStore } from '../../../src/snapshot/snapshot-store.js';
import type { Host } from '../../../src/vm/host.js';
import type { Vm } from '../../../src/vm/vm.js';
import { checkReferences, framesOf } from '../../core/frame-accounts.js';
import { randomNumbers } from '../../core/random.js';
import { newHost } from '../../integration/guest.js';
import { controlFrames } from '../../virtio/accounts.js';
import {
  addressOf,
  type Order,
  TAKEN_PAGES,
  tell,
  tellToReboot,
  toldGuest,
} from '../told-guest.js';
import { Model } from './model.js';

const RAM = 6 << 20;
const PAGES = RAM / PAGE_SIZE;
const MOST_VMS = 8;
const MOST_SNAPSHOTS = 12;
/** Pages that are written again and again, among all. */
const BUSY_PAGES = 24;

interface Guest {
  readonly vm: Vm;
  model: Model;
  /** Snapshots that its next may be written relative to, the latest last. */
  taken: Kept[];
}

interface Kept {
  readonly id: string;
  readonly store: SnapshotStore;
  readonly model: Model;
}

export interface SoakOptions {
  readonly operations: number;
  readonly seed: number;
  readonly stores: readonly SnapshotStore[];
  readonly progress?: (line: string) => void;
}

/** The first thing that was not as it must be; with the seed, the same again. */
export class SoakFailure extends Error {}

/**
 * Random forks, runs, writes, snapshots, restores and deletions, compared with a model of each guest's memory.
 *
 * @returns how often each was done
 * @throws SoakFailure
 */
export async function soak(options: SoakOptions): Promise<ReadonlyMap<string, number>> {
  const host = await newHost('96M');
  const run = new Run(host, options);
  try {
    return await run.all();
  } catch (error) {
    const where = `seed ${options.seed}, operation ${run.operation} (${run.name})`;
    throw new SoakFailure(`${where}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  } finally {
    await host[Symbol.asyncDispose]();
  }
}

class Run {
  operation = 0;
  name = 'begin';
  readonly #host: Host;
  readonly #options: SoakOptions;
  readonly #random: (below: number) => number;
  readonly #base: number;
  #guests: Guest[] = [];
  #kept: Kept[] = [];
  #value = 1n;
  #booted: Model | undefined;
  readonly #counts = new Map<string, number>();
  readonly #operations: readonly (readonly [
    weight: number,
    name: string,
    does: () => Promise<void>,
  ])[] = [
    [20, 'tell', () => this.#tell(this.#guest())],
    [12, 'write', async () => this.#write(this.#guest())],
    [10, 'fork', () => this.#fork()],
    [14, 'snapshot', () => this.#snapshot()],
    [10, 'restore', () => this.#restore()],
    [7, 'dispose', () => this.#dispose()],
    [6, 'delete', () => this.#delete()],
    [2, 'collect', () => this.#collect()],
    [2, 'reboot', () => this.#reboot()],
    [8, 'compare', async () => this.#compare(this.#guest())],
  ];

  constructor(host: Host, options: SoakOptions) {
    this.#host = host;
    this.#options = options;
    this.#random = randomNumbers(options.seed);
    this.#base = host.core.framesUsed();
  }

  async all(): Promise<ReadonlyMap<string, number>> {
    const { operations, progress } = this.#options;
    for (this.operation = 0; this.operation < operations; this.operation++) {
      if (this.#guests.length === 0) {
        const vm = await toldGuest(this.#host, { memory: RAM });
        this.#booted ??= Model.of(vm);
        this.#guests.push({ vm, model: this.#booted.copy(), taken: [] });
      }
      const [, name, does] = this.#draw();
      this.name = name;
      await does();
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      this.#checkFrames();
      progress?.(
        `${this.operation} operations, ${this.#guests.length} VMs, ${this.#kept.length} snapshots`,
      );
    }
    this.name = 'end';
    for (const guest of this.#guests) this.#compare(guest);
    await this.#collect();
    for (const { vm } of this.#guests) await vm[Symbol.asyncDispose]();
    this.#guests = [];
    this.#checkFrames();
    return this.#counts;
  }

  #draw() {
    let left = this.#random(this.#operations.reduce((sum, [weight]) => sum + weight, 0));
    for (const operation of this.#operations) {
      left -= operation[0];
      if (left < 0) return operation;
    }
    return fail('there is no operation');
  }

  #guest(): Guest {
    return this.#anyOf(this.#guests) ?? fail('there is no guest');
  }

  #anyOf<T>(list: readonly T[]): T | undefined {
    return list[this.#random(Math.max(1, list.length))];
  }

  #page(): number {
    return TAKEN_PAGES + this.#random(this.#random(4) ? BUSY_PAGES : PAGES - TAKEN_PAGES);
  }

  async #tell(guest: Guest): Promise<void> {
    const orders: Order[] = Array.from({ length: 1 + this.#random(30) }, () => ({
      address: addressOf(this.#page(), 8 * this.#random(PAGE_SIZE / 8)),
      // Zeros among them, so that pages become empty again.
      value: this.#random(4) ? this.#value++ : 0n,
    }));
    await tell(guest.vm, orders);
    guest.model.follow(orders);
  }

  #write({ vm, model }: Guest): void {
    const page = this.#page();
    const length = 1 + this.#random(PAGE_SIZE);
    const offset = this.#random(PAGE_SIZE - length + 1);
    const bytes = new Uint8Array(length).fill(this.#random(3) ? this.#random(256) : 0);
    vm.ram.write(addressOf(page, offset), bytes);
    model.write(page, offset, bytes);
  }

  async #fork(): Promise<void> {
    const { vm, model } = this.#guest();
    const count = Math.min(1 + this.#random(2), MOST_VMS - this.#guests.length);
    if (count === 0) return;
    for (const twin of await vm.fork(count, { identity: false })) {
      this.#guests.push({ vm: twin, model: model.copy(), taken: [] });
    }
  }

  async #snapshot(): Promise<void> {
    if (this.#kept.length >= MOST_SNAPSHOTS) return;
    const guest = this.#guest();
    const { stores } = this.#options;
    const store = stores[this.#random(stores.length)] ?? fail('there is no store');
    const mine = guest.taken.filter((kept) => kept.store === store && this.#kept.includes(kept));
    const others = this.#kept.filter((kept) => kept.store === store);
    const parents = this.#random(4) ? mine : others;
    const parent = this.#anyOf(parents);
    const options = { store, ...(parent === undefined ? {} : { parent: parent.id }) };
    const model = guest.model.copy();
    const taking = guest.vm.snapshot(options);
    // It is frozen by then, and goes on while its pages are written.
    await new Promise((resolve) => setImmediate(resolve));
    this.#write(guest);
    if (this.#random(2)) await this.#tell(guest);
    const kept = { id: (await taking).id, store, model };
    this.#kept.push(kept);
    guest.taken.push(kept);
  }

  async #restore(): Promise<void> {
    const kept = this.#anyOf(this.#kept);
    if (kept === undefined || this.#guests.length >= MOST_VMS) return;
    const lazy = this.#random(3) > 0;
    const { id, store, model } = kept;
    const vm = await this.#host.restore(store, id, { lazy, paused: true, identity: false });
    const guest = { vm, model: model.copy(), taken: [kept] };
    this.#guests.push(guest);
    if (!lazy) return this.#compare(guest);
    if (this.#random(2)) await this.#runEarly(guest);
    await vm.restored;
    if (this.#random(2)) this.#compare(guest);
  }

  /** While its pages are on their way. */
  async #runEarly(guest: Guest): Promise<void> {
    const page = this.#page();
    try {
      const bytes = guest.vm.ram.read(addressOf(page), PAGE_SIZE);
      if (!guest.model.isAsIn(bytes, page)) fail(`page ${page} is wrong`);
    } catch (error) {
      if (!(error instanceof SnapshotError && error.code === 'snapshot-busy')) throw error;
    }
    await guest.vm.runTo(guest.vm.counts.steps + 20n);
    if (this.#random(2)) return;
    await guest.vm.restored;
    await this.#tell(guest);
  }

  async #dispose(): Promise<void> {
    const guest = this.#guest();
    this.#guests.splice(this.#guests.indexOf(guest), 1);
    // A snapshot of it that is under way is whole, or is none.
    const store = this.#options.stores[0] ?? fail('there is no store');
    const taking =
      this.#random(6) === 0 && this.#kept.length < MOST_SNAPSHOTS
        ? guest.vm
            .snapshot({ store })
            .then(({ id }) => this.#kept.push({ id, store, model: guest.model }))
        : undefined;
    await new Promise((resolve) => setImmediate(resolve));
    await guest.vm[Symbol.asyncDispose]();
    await taking;
  }

  async #delete(): Promise<void> {
    const kept = this.#anyOf(this.#kept);
    if (kept === undefined) return;
    this.#kept = this.#kept.filter((other) => other !== kept);
    await kept.store.delete(kept.id);
  }

  async #collect(): Promise<void> {
    for (const store of this.#options.stores) {
      await store.collect();
      await store.verify();
    }
  }

  async #reboot(): Promise<void> {
    const guest = this.#guest();
    await tellToReboot(guest.vm);
    guest.model = this.#booted?.copy() ?? fail('nothing has booted');
  }

  #compare({ vm, model }: Guest): void {
    const page = model.differenceOf(vm);
    if (page !== undefined) fail(`page ${page} of ${PAGES} is wrong`);
  }

  #checkFrames(): void {
    const { core } = this.#host;
    const all = this.#guests.map(({ vm }) => ({ vm: vm.handle, ram: vm.ram }));
    const mapped = framesOf(core, all);
    checkReferences(core, mapped);
    const expected = all.length * controlFrames(core) + mapped.tables.size + mapped.pages.size;
    const used = core.framesUsed() - this.#base;
    if (used !== expected) fail(`${used} frames are used and not ${expected}`);
  }
}

function fail(what: string): never {
  throw new Error(what);
}
