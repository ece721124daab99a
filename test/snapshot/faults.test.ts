/** What is left of VMs and snapshots when something goes wrong between them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  MemoryShortageError,
  SnapshotError,
  VmStoppedError,
} from '../../src/core/errors.js';
import type { VirtioDevice } from '../../src/machine/virtio/device.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { newHost } from '../integration/guest.js';
import { PLAIN } from '../virtio/device.js';
import { addressOf, tell, tellToReboot, toldGuest } from './told-guest.js';
import { TroubledObjects } from './troubled-objects.js';

const PAGES = 200;
const FIRST = 16;
const STAY = { identity: false, paused: true } as const;

let objects: TroubledObjects;
let store: SnapshotStore;
let host: Host;
let vm: Vm;

/** Writes a word to each of many pages; no two are alike. */
const fill = (who: Vm, value: number) =>
  tell(
    who,
    Array.from({ length: PAGES }, (_, n) => ({
      address: addressOf(FIRST + n, 8 * n),
      value: BigInt(value * 1000 + n),
    })),
  );
const wordsOf = (who: Vm) =>
  Array.from({ length: PAGES }, (_, n) => Number(who.ram.readU64(addressOf(FIRST + n, 8 * n))));
const words = (value: number) => Array.from({ length: PAGES }, (_, n) => value * 1000 + n);
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(async () => {
  objects = new TroubledObjects();
  store = new SnapshotStore(objects, nodeSnapshotTools);
  host = await newHost('16M');
  vm = await toldGuest(host);
  await fill(vm, 1);
});
afterEach(async () => {
  objects.release();
  await host[Symbol.asyncDispose]();
});

describe('a snapshot that can no longer be read', () => {
  it.each([
    ['fail', 'snapshot-store'],
    ['lie', 'snapshot-damaged'],
  ] as const)('stops the VM that needs its pages, and no other: reads %s', async (how, code) => {
    const { id } = await vm.snapshot({ store });
    const restored = await host.restore(store, id, {
      ...STAY,
      // What follows is read later.
      lazy: true,
    });
    objects.reads = { prefix: 'packs/', how };
    const cause = await restored.restored.catch((error: unknown) => error);
    expect(cause).toBeInstanceOf(SnapshotError);
    expect(cause).toMatchObject({ code });
    await expect(restored.runTo(restored.counts.steps + 100n)).rejects.toBe(cause);
    await expect(restored.exec('true')).rejects.toBe(cause);
    await expect(restored.fork()).rejects.toBe(cause);
    await expect(restored.snapshot({ store })).rejects.toBe(cause);
    expect(restored.debugger.paused).toBe(true);
    expect(() => wordsOf(restored)).toThrow(SnapshotError);
    await fill(vm, 2);
    expect(wordsOf(vm)).toEqual(words(2));
    expect((await restored.stop()).kind).toBe('host');
  });

  it.each(['fail', 'lie'] as const)('is refused before there is a VM: reads %s', async (how) => {
    const { id } = await vm.snapshot({ store });
    const { used } = host.memory();
    objects.reads = { prefix: 'packs/', how };
    await expect(host.restore(store, id, { lazy: false })).rejects.toThrow(SnapshotError);
    expect(host.memory().used).toBe(used);
    objects.reads = undefined;
    const restored = await host.restore(store, id, { ...STAY, lazy: false });
    expect(wordsOf(restored)).toEqual(words(1));
  });
});

it('a VM whose pages dawdle stands until they are there, and is told so by name', async () => {
  const { id } = await vm.snapshot({ store });
  const restoring = host.restore(store, id, STAY);
  const restored = await restoring;
  objects.hold();
  const stepped = restored.debugger.step(0);
  await expect.poll(() => objects.waiting).toBeGreaterThan(0);
  expect(() => wordsOf(restored)).toThrow(/was not yet restored/);
  await expect(restored.debugger.readMemory(0, addressOf(FIRST), 8)).rejects.toThrow(SnapshotError);
  const { steps } = restored.counts;
  objects.release();
  expect(await stepped).toMatchObject({ kind: 'step' });
  expect(restored.counts.steps).toBe(steps + 1n);
  await restored.restored;
  expect(wordsOf(restored)).toEqual(words(1));
});

describe('a snapshot that cannot be written', () => {
  it('leaves the VM going, and the snapshot before whole', async () => {
    const before = await vm.snapshot({ store });
    await fill(vm, 2);
    const { used } = host.memory();
    for (const room of [0, 100, 5000, 20_000]) {
      objects.room = room;
      await expect(vm.snapshot({ store, parent: before })).rejects.toThrow('the disk is full');
      expect(host.memory().used).toBe(used);
    }
    objects.room = Number.POSITIVE_INFINITY;
    expect((await store.list()).map(({ id }) => id)).toEqual([before.id]);
    const restored = await host.restore(store, before.id, { ...STAY, lazy: false });
    expect(wordsOf(restored)).toEqual(words(1));
    await fill(vm, 3);
    const after = await vm.snapshot({ store, parent: before });
    const again = await host.restore(store, after.id, { ...STAY, lazy: false });
    expect(wordsOf(again)).toEqual(words(3));
  });

  it('keeps nothing of its parent in use where the store may not be written to', async () => {
    const before = await vm.snapshot({ store });
    objects.claim = async () => {
      throw new SnapshotError('busy', 'another process collects');
    };
    await expect(vm.snapshot({ store, parent: before })).rejects.toThrow('another process');
    objects.claim = MemoryObjects.prototype.claim;
    await store.delete(before.id);
    await store.collect();
    expect(await store.used()).toBe(0);
  });

  it('is given up when a signal says so', async () => {
    const { used } = host.memory();
    const ending = new AbortController();
    const taking = vm.snapshot({ store, signal: ending.signal });
    ending.abort(new Error('no more'));
    await expect(taking).rejects.toThrow('no more');
    expect(host.memory().used).toBe(used);
    expect(await store.list()).toEqual([]);
  });

  it('is refused when the VM needs the memory, and the VM goes on', async () => {
    await using small = await newHost('4M');
    const before = small.memory().used;
    const needy = await toldGuest(small);
    await fill(needy, 1);
    const other = await toldGuest(small);
    // Enough to freeze the VM is left, not enough for copies of its pages.
    for (let page = 64; small.memory().used < small.memory().total - 60 * 4096; page++) {
      other.ram.write(addressOf(page), Uint8Array.of(1));
    }
    objects.hold();
    const refused = expect(needy.snapshot({ store })).rejects.toThrow(MemoryShortageError);
    await turn();
    await fill(needy, 2);
    expect(wordsOf(needy)).toEqual(words(2));
    objects.release();
    await refused;
    expect(await store.list()).toEqual([]);
    await Promise.all([needy, other].map((gone) => gone[Symbol.asyncDispose]()));
    expect(small.memory().used).toBe(before);
  });

  it('without a store is refused by name', async () => {
    const none = {} as unknown as Parameters<Vm['snapshot']>[0];
    await expect(vm.snapshot(none)).rejects.toThrow(/^a snapshot needs a 'store': memorySnapshots/);
    await expect(vm.snapshot(none)).rejects.toThrow(ConfigurationError);
  });

  it('of a device of one’s own is refused, and so is a fork of what cannot be had twice', async () => {
    const device: VirtioDevice = { ...PLAIN, activate() {}, notify() {}, reset() {} };
    const own = await toldGuest(host, { devices: [device] });
    const { used } = host.memory();
    await expect(own.snapshot({ store })).rejects.toThrow(ConfigurationError);
    await expect(own.fork()).rejects.toThrow("no method 'fork'");
    expect(host.memory().used).toBe(used);
    await tell(own, [{ address: addressOf(FIRST), value: 5n }]);
    expect(own.ram.readU64(addressOf(FIRST))).toBe(5n);
  });
});

it('what is too large for a host is not restored there', async () => {
  const { id } = await vm.snapshot({ store });
  await using small = await newHost('512K');
  const { used } = small.memory();
  for (const lazy of [true, false]) {
    await expect(small.restore(store, id, { lazy })).rejects.toThrow(MemoryShortageError);
    expect(small.memory().used).toBe(used);
  }
});

it('two snapshots at once, and forks meanwhile, are each of their moment', async () => {
  objects.hold();
  const first = vm.snapshot({ store });
  await turn();
  await fill(vm, 2);
  const second = vm.snapshot({ store });
  const [twin] = (await vm.fork(1, STAY)) as [Vm];
  await fill(vm, 3);
  objects.release();
  const [one, two] = await Promise.all([first, second]);
  const three = await vm.snapshot({ store, parent: two });
  await fill(vm, 4);
  const restored = await Promise.all(
    [one, two, three].map(({ id }) => host.restore(store, id, { ...STAY, lazy: false })),
  );
  expect(restored.map(wordsOf)).toEqual([words(1), words(2), words(3)]);
  expect([wordsOf(twin), wordsOf(vm)]).toEqual([words(2), words(4)]);
});

describe('a VM that ends', () => {
  it('is not copied any more', async () => {
    const { used } = host.memory();
    const stopping = vm.stop();
    await expect(vm.fork()).rejects.toThrow(VmStoppedError);
    await expect(vm.snapshot({ store })).rejects.toThrow(VmStoppedError);
    await stopping;
    await expect(vm.fork()).rejects.toThrow(VmStoppedError);
    await expect(vm.snapshot({ store })).rejects.toThrow(VmStoppedError);
    expect(host.memory().used).toBe(used);
  });

  it('leaves its forks, their forks, and its snapshot under way', async () => {
    const [child] = (await vm.fork(1, STAY)) as [Vm];
    await fill(child, 2);
    const [grandchild] = (await child.fork(1, STAY)) as [Vm];
    const [last] = (await grandchild.fork(1, STAY)) as [Vm];
    objects.hold();
    const taking = child.snapshot({ store });
    await turn();
    for (const gone of [vm, child, grandchild]) await gone[Symbol.asyncDispose]();
    objects.release();
    const { id } = await taking;
    await fill(last, 3);
    expect(wordsOf(last)).toEqual(words(3));
    const restored = await host.restore(store, id, { ...STAY, lazy: false });
    expect(wordsOf(restored)).toEqual(words(2));
    await Promise.all([last, restored].map((gone) => gone[Symbol.asyncDispose]()));
    const clean = await newHost('16M');
    expect(host.memory().used).toBe(clean.memory().used);
    await clean[Symbol.asyncDispose]();
  });
});

describe('a guest that reboots', () => {
  it('is written whole by its next snapshot, whatever its parent', async () => {
    const parent = await vm.snapshot({ store });
    await tellToReboot(vm);
    expect(wordsOf(vm)).toEqual(words(0).map(() => 0));
    const { id } = await vm.snapshot({ store, parent });
    const restored = await host.restore(store, id, { ...STAY, lazy: false });
    expect(wordsOf(restored)).toEqual(words(0).map(() => 0));
    await tell(restored, [{ address: addressOf(FIRST), value: 5n }]);
    expect(restored.ram.readU64(addressOf(FIRST))).toBe(5n);
  });

  it('is given no page of what it was restored from', async () => {
    const { id } = await vm.snapshot({ store });
    const restored = await host.restore(store, id, STAY);
    objects.hold();
    const booted = tellToBoot(restored);
    await expect.poll(() => objects.waiting).toBeGreaterThan(0);
    objects.release();
    await booted;
    await restored.restored;
    expect(wordsOf(restored)).toEqual(words(0).map(() => 0));
  });

  it('is forked when it has its images, and from the snapshot that its forbear came from', async () => {
    // More than a reader remembers, so that the images are read again.
    for (let page = 300; page < 1400; page++) {
      vm.ram.write(addressOf(page), new Uint8Array(Uint32Array.of(page, ~page).buffer));
    }
    const { id } = await vm.snapshot({ store });
    const restored = await host.restore(store, id, STAY);
    await restored.restored;
    const [twin] = (await restored.fork(1, STAY)) as [Vm];
    await restored[Symbol.asyncDispose]();
    objects.hold();
    const rebooting = tellToReboot(twin);
    await expect.poll(() => objects.waiting).toBeGreaterThan(0);
    const forking = twin.fork(1, STAY);
    await turn();
    objects.release();
    await rebooting;
    const [copy] = (await forking) as [Vm];
    await tell(copy, [{ address: addressOf(FIRST), value: 6n }]);
    expect(copy.ram.readU64(addressOf(FIRST))).toBe(6n);
    expect(twin.ram.readU64(addressOf(FIRST))).toBe(0n);
  });
});

/** As `tellToReboot`, of a guest whose memory is still on its way. */
async function tellToBoot(who: Vm): Promise<void> {
  for (;;) {
    try {
      return await tellToReboot(who);
    } catch (error) {
      if (!(error instanceof SnapshotError && error.code === 'snapshot-busy')) throw error;
      await turn();
    }
  }
}

it('a VM that ends before all of its memory has come has none that is missing', async () => {
  const { id } = await vm.snapshot({ store });
  const restored = await host.restore(store, id, STAY);
  objects.hold();
  await expect.poll(() => objects.waiting).toBeGreaterThan(0);
  const stopping = restored.stop();
  await turn();
  objects.release();
  expect((await stopping).kind).toBe('host');
  await restored.restored;
});

it('a VM that is paused while it comes to rest has copies that stand, too', async () => {
  let answer = () => {};
  vm.inside.bus.track(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const forking = vm.fork(1, { identity: false });
  await turn();
  const paused = vm.debugger.pause();
  answer();
  const [twin] = await forking;
  await paused;
  expect(vm.debugger.paused).toBe(true);
  expect(twin?.debugger.paused).toBe(true);
});
