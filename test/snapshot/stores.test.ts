import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserSnapshotTools } from '../../src/browser/snapshots.js';
import { FileObjects } from '../../src/node/snapshots/file-objects.js';
import { FolderObjects } from '../../src/node/snapshots/folder-objects.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import type { ObjectStore } from '../../src/snapshot/object-store.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import type { SnapshotTools } from '../../src/snapshot/snapshot-tools.js';
import { check, flat, HEAD, page, pages, save } from './model.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
});
afterEach(() => rm(folder, { recursive: true }));

const KINDS: [string, () => Promise<ObjectStore>, SnapshotTools][] = [
  ['memory', async () => new MemoryObjects(), nodeSnapshotTools],
  ['memory, with what browsers have', async () => new MemoryObjects(), browserSnapshotTools],
  ['a folder', () => FolderObjects.open(join(folder, 'store'), true), nodeSnapshotTools],
  ['a file', () => FileObjects.open(join(folder, 'store.snapshots'), true), nodeSnapshotTools],
];

describe.each(KINDS)('snapshots in %s', (_, objectsOf, tools) => {
  let objects: ObjectStore;
  let store: SnapshotStore;
  beforeEach(async () => {
    objects = await objectsOf();
    store = new SnapshotStore(objects, tools);
  });
  afterEach(() => store.close());
  const packed = async () => (await objects.list('packs/')).length;

  it('give back what was saved', async () => {
    const areas = { memory: pages(100, 0, 5, 3), disk0: pages(40, 1000) };
    const info = await save(store, areas, { name: 'first', time: 77 });
    expect(info).toMatchObject({ name: 'first', time: 77, pages: 140, newPages: 140, cpus: 1 });
    expect(info.id).toMatch(/^[0-9a-f]{32}$/);
    expect(info.bytes).toBeLessThan(140 * 4096);
    const reader = await store.open(info.id);
    expect(reader.info).toEqual(info);
    expect(reader.head).toEqual({ ...HEAD, name: 'first', time: 77 });
    expect(reader.sections).toEqual(['vm']);
    expect([...(reader.state('vm') ?? [])]).toEqual([1, 2, 3]);
    expect(reader.state('hart0')).toBeUndefined();
    expect([...reader.pages('memory')]).toEqual([...areas.memory.keys()]);
    expect(reader.pages('disk7').length).toBe(0);
    reader.close();
    await check(store, info.id, areas);
    expect(await store.verify()).toMatchObject({ snapshots: 1, packs: 1, pages: 140 });
  });

  it('give single pages, and their neighbours', async () => {
    const memory = pages(100, 0, 5, 3);
    const { id } = await save(store, { memory });
    const reader = await store.open(id);
    const picked = await reader.read('memory', Uint32Array.of(99, 0, 50));
    const expected = flat(new Map([99, 0, 50].map((index) => [index, page(index)])));
    expect(Buffer.compare(picked, expected.bytes)).toBe(0);
    const { indices, bytes } = await reader.readAround('memory', 37);
    expect(indices[0]).toBe(37);
    expect([...indices].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, i) => 32 + i),
    );
    indices.forEach((index, at) => {
      expect(Buffer.compare(bytes.subarray(at * 4096, (at + 1) * 4096), page(index))).toBe(0);
    });
    reader.close();
    await expect(reader.read('memory', Uint32Array.of(1))).rejects.toThrow(/was closed/);
  });

  it('store a page once, in whatever snapshot or area, and zeros never', async () => {
    const memory = new Map(pages(32, 0));
    memory.set(40, page(3));
    memory.set(41, new Uint8Array(4096));
    const first = await save(store, { memory, disk0: pages(16, 8) });
    expect(first).toMatchObject({ pages: 33 + 16, newPages: 32 });
    const second = await save(store, { memory: pages(40, 0) }, { time: 2 });
    expect(second).toMatchObject({ pages: 40, newPages: 8 });
    const third = await save(store, { memory: pages(40, 0) }, { time: 3 });
    expect(third.newPages).toBe(0);
    expect(await packed()).toBe(2);
    memory.delete(41);
    await check(store, first.id, { memory, disk0: pages(16, 8) });
    await check(store, third.id, { memory: pages(40, 0) });
  });

  it('gives thousands of equal pages a few at a time', async () => {
    const memory = new Map(Array.from({ length: 1500 }, (_, number) => [number, page(7)]));
    const { id, newPages } = await save(store, { memory });
    expect(newPages).toBe(1);
    const reader = await store.open(id);
    for await (const { numbers } of reader.stream('memory')) {
      expect(numbers.length).toBeLessThanOrEqual(256);
    }
    expect((await reader.readAround('memory', 700)).indices.length).toBeLessThanOrEqual(32);
    reader.close();
    await check(store, id, { memory });
  });

  it('keep pages of another snapshot, mixed with new ones in any order', async () => {
    const parent = await save(store, { memory: pages(64, 0) });
    const from = await store.open(parent.id);
    const writer = await store.begin();
    await writer.keepPages('memory', from, Uint32Array.of(10, 11, 12, 60));
    const { numbers, bytes } = flat(pages(5, 500, 3, 10));
    await writer.addPages('memory', numbers, bytes);
    await writer.keepPages('memory', from, Uint32Array.of(0, 1, 61));
    const info = await writer.finish({ ...HEAD, parent: parent.id, time: 2 });
    from.close();
    expect(info).toMatchObject({ pages: 12, newPages: 5, parent: parent.id });
    const expected = new Map(pages(5, 500, 3, 10));
    for (const number of [10, 11, 12, 60, 0, 1, 61]) expected.set(number, page(number));
    await check(store, info.id, { memory: expected });
    // The child needs nothing of its parent but pages.
    await store.delete(parent.id);
    await store.collect();
    await check(store, info.id, { memory: expected });
    await store.verify();
  });

  it('refuse pages of another store, unknown ones and numbers that come twice', async () => {
    const { id } = await save(store, { memory: pages(4, 0) });
    const reader = await store.open(id);
    const other = new SnapshotStore(new MemoryObjects('other'), tools);
    const foreign = await other.begin();
    await expect(foreign.keepPages('memory', reader, Uint32Array.of(1))).rejects.toThrow(
      /cannot be kept in other/,
    );
    await foreign.abort();
    const writer = await store.begin();
    await expect(writer.keepPages('memory', reader, Uint32Array.of(9))).rejects.toThrow(
      /has no page 9/,
    );
    reader.close();
    const { numbers, bytes } = flat(pages(4, 0));
    await writer.addPages('memory', numbers, bytes);
    await writer.addPages('memory', numbers.subarray(2, 3), bytes.subarray(0, 4096));
    await expect(writer.finish(HEAD)).rejects.toThrow(/page 2 of memory was added twice/);
    await expect(writer.finish(HEAD)).rejects.toThrow(/given up already/);
    expect((await store.list()).map((info) => info.id)).toEqual([id]);
  });

  it('are found by id, beginning or name, the latest first', async () => {
    const one = await save(store, { memory: pages(1, 0) }, { name: 'booted', time: 10 });
    const two = await save(store, { memory: pages(1, 1) }, { name: 'booted', time: 20 });
    const three = await save(store, { memory: pages(1, 2) }, { time: 5 });
    expect((await store.list()).map(({ id }) => id)).toEqual([three.id, one.id, two.id]);
    expect(await store.info('booted')).toEqual(two);
    expect(await store.info(one.id)).toEqual(one);
    const ids = [one.id, two.id, three.id];
    let length = 1;
    while (new Set(ids.map((id) => id.slice(0, length))).size < 3) length++;
    expect(await store.info(three.id.slice(0, length))).toEqual(three);
    await expect(store.info('nothing')).rejects.toMatchObject({
      code: 'snapshot-missing',
      message: `${store.name}: there is no snapshot 'nothing'`,
    });
    await expect(store.info('')).rejects.toMatchObject({ code: 'snapshot-missing' });
    await expect(store.delete('f'.repeat(32))).rejects.toMatchObject({ code: 'snapshot-missing' });
  });

  it('show nothing of one that was aborted, and leave nothing behind', async () => {
    const before = await objects.used();
    const writer = await store.begin();
    const { numbers, bytes } = flat(pages(100, 0));
    await writer.addPages('memory', numbers, bytes);
    expect(await store.list()).toEqual([]);
    await writer.abort();
    await writer.abort();
    expect(await store.list()).toEqual([]);
    expect(await packed()).toBe(0);
    expect(await objects.used()).toBe(before);
    await expect(writer.addPages('memory', numbers, bytes)).rejects.toThrow(/given up already/);
  });

  it('go by number and by age, and collecting gives their pages back', async () => {
    const first = await save(store, { memory: pages(100, 0) }, { time: 100 });
    const second = await save(store, { memory: pages(100, 50) }, { time: 200 });
    const third = await save(store, { memory: pages(100, 100) }, { time: 300 });
    await expect(store.retain({})).rejects.toThrow(/say how many/);
    await expect(store.retain({ last: -1 })).rejects.toThrow(/last is -1/);
    expect(await store.retain({ last: 2, within: 1000, now: 350 })).toEqual([]);
    expect(await store.retain({ within: 100, now: 300 })).toEqual([first]);
    expect(await store.collect()).toMatchObject({ pages: 0 });
    // 50 of the first pack's 100 pages are the second snapshot's; half is not less than half.
    expect(await store.retain({ last: 1 })).toEqual([second]);
    const used = await objects.used();
    const { pages: freed, bytes } = await store.collect();
    expect(freed).toBe(100);
    expect(used - (await objects.used())).toBe(bytes);
    expect(bytes).toBeGreaterThan(100 * 1000);
    expect(await store.verify()).toMatchObject({ snapshots: 1, pages: 100 });
    await check(store, third.id, { memory: pages(100, 100) });
  });

  it('survive that their pages move, while they are read too', async () => {
    await save(store, { memory: pages(200, 0) }, { name: 'large' });
    const small = await save(store, { memory: pages(20, 0, 0, 7), disk0: pages(10, 150) });
    await store.delete('large');
    const reader = await store.open(small.id);
    // An open reader's pack stays.
    expect(await store.collect()).toMatchObject({ pages: 0 });
    reader.close();
    expect(await store.collect()).toMatchObject({ pages: 170 });
    const areas = { memory: pages(20, 0, 0, 7), disk0: pages(10, 150) };
    await check(store, small.id, areas);
    const again = await store.open(small.id);
    expect((await again.readAround('memory', 3)).indices[0]).toBe(3);
    const writer = await store.begin();
    await writer.keepPages('disk0', again, again.pages('disk0'));
    const child = await writer.finish({ ...HEAD, time: 5 });
    again.close();
    await check(store, child.id, { disk0: areas.disk0 });
    expect(await store.verify()).toMatchObject({ snapshots: 2, packs: 1, pages: 30 });
    expect(await store.verify(small.id)).toMatchObject({ snapshots: 1, packs: 1 });
  });

  it('travel to another store and back with the same id', async () => {
    const areas = { memory: pages(100, 0, 2, 2), disk0: pages(30, 90), disk3: new Map() };
    await save(store, { memory: pages(30, 40) });
    const info = await save(store, areas, { name: 'x', time: 5 });
    const other = new SnapshotStore(new MemoryObjects('other'), nodeSnapshotTools);
    const told: number[][] = [];
    const copied = await store.copyTo('x', other, {
      progress: (...done) => {
        told.push(done);
      },
    });
    expect(copied.id).toBe(info.id);
    expect(copied.newPages).toBe(120);
    expect(told.at(-1)).toEqual([130, 130]);
    await check(other, info.id, areas);
    expect(await store.copyTo(info.id, other)).toEqual(copied);
    await store.delete(info.id);
    await store.collect();
    expect((await other.copyTo('x', store)).id).toBe(info.id);
    await check(store, info.id, areas);
    await store.verify();
  });

  it('can be written side by side, and beside a collection', async () => {
    await save(store, { memory: pages(100, 0) }, { name: 'old' });
    await store.delete('old');
    const jobs = [0, 1, 2, 3].map(async (number) => {
      const memory = pages(100, number * 50);
      const { id } = await save(store, { memory }, { time: number });
      return { id, memory };
    });
    const collections = [store.collect(), store.collect()];
    const saved = await Promise.all(jobs);
    await Promise.all(collections);
    for (const { id, memory } of saved) await check(store, id, { memory });
    await store.collect();
    await store.verify();
    for (const { id, memory } of saved) await check(store, id, { memory });
  });
});

it('a pack that is being deleted is not found by a snapshot that begins meanwhile', async () => {
  const memory = pages(50, 0);
  const saved: Promise<{ id: string }>[] = [];
  class SlowlyDeleting extends MemoryObjects {
    override async delete(name: string): Promise<void> {
      if (name.startsWith('packs/')) {
        saved.push(save(store, { memory }, { time: 7 }));
        await saved[0];
      }
      await super.delete(name);
    }
  }
  const store = new SnapshotStore(new SlowlyDeleting(), nodeSnapshotTools);
  await store.delete((await save(store, { memory })).id);
  expect(await store.collect()).toMatchObject({ pages: 50 });
  expect(saved.length).toBe(1);
  await store.verify();
  await check(store, (await saved[0])?.id ?? '', { memory });
});
