import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileObjects } from '../../src/node/snapshots/file-objects.js';
import { FolderObjects } from '../../src/node/snapshots/folder-objects.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import type { ObjectStore } from '../../src/snapshot/object-store.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import { FailingObjects } from './failing-objects.js';
import { check, pages, save } from './model.js';

const storeOn = (objects: ObjectStore) => new SnapshotStore(objects, nodeSnapshotTools);
const OLD = { memory: pages(100, 0) };
const NEW = { memory: pages(100, 70), disk0: pages(20, 500) };

let folder = '';
let stores = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
});
afterEach(() => rm(folder, { recursive: true }));

const KINDS: [string, () => Promise<ObjectStore>][] = [
  ['memory', async () => new MemoryObjects()],
  ['a folder', () => FolderObjects.open(join(folder, `store${++stores}`), true)],
  ['a file', () => FileObjects.open(join(folder, `file${++stores}`), true)],
];

describe.each(KINDS)('when %s fails', (_, objectsOf) => {
  for (const after of [false, true]) {
    it(`at any call of a snapshot${after ? ', and from then on' : ''}, nothing of it is to be seen, and what was there is whole`, async () => {
      const objects = await objectsOf();
      const store = storeOn(objects);
      const old = await save(store, OLD);
      await store.collect();
      const used = await objects.used();
      let failures = 0;
      for (let failing = 0; ; failing++) {
        const broken = new FailingObjects(objects, failing, after);
        const saved = await save(storeOn(broken), NEW, { time: 2 }).catch((error) => error);
        if (broken.calls <= failing) {
          await check(store, saved.id, NEW);
          break;
        }
        failures++;
        expect(saved).toMatchObject({ code: 'snapshot-store' });
        expect((await store.list()).map(({ id }) => id)).toEqual([old.id]);
        await store.verify();
        await check(store, old.id, OLD);
      }
      expect(failures).toBeGreaterThan(10);
      const again = await store.list();
      expect(again.length).toBe(2);
      await store.delete(again.find(({ id }) => id !== old.id)?.id ?? '');
      await store.collect();
      // Of a file, a quarter may be garbage.
      expect(await objects.used()).toBeLessThanOrEqual(
        used * (objects instanceof FileObjects ? 4 / 3 : 1),
      );
      await check(store, old.id, OLD);
      await store.close();
    });
  }

  it('at any call of a deletion or collection, what is left is whole', async () => {
    const few = { memory: pages(20, 0, 0, 5), disk0: pages(10, 30) };
    for (let failing = 0; ; failing++) {
      const objects = await objectsOf();
      const store = storeOn(objects);
      const gone = await save(store, { memory: pages(150, 0) });
      // Of the other's pack little stays alive: collecting rewrites it.
      const kept = await save(store, few);
      const broken = new FailingObjects(objects, failing);
      const other = storeOn(broken);
      const deed = async () => {
        await other.delete(gone.id);
        await other.collect();
      };
      const error = await deed().catch((reason) => reason);
      await store.verify();
      await check(store, kept.id, few);
      if (broken.calls <= failing) {
        expect(error).toBeUndefined();
        expect(failing).toBeGreaterThan(8);
        expect(await store.verify()).toMatchObject({ snapshots: 1, packs: 1, pages: 30 });
        await store.close();
        break;
      }
      expect(error).toMatchObject({ code: 'snapshot-store' });
      // The next collection does what this one did not.
      for (const { id } of await store.list()) if (id !== kept.id) await store.delete(id);
      await store.collect();
      expect(await store.verify()).toMatchObject({ snapshots: 1, packs: 1, pages: 30 });
      await check(store, kept.id, few);
      await store.close();
    }
  });
});

describe('a full disk', () => {
  it('is named, and leaves no file behind', async () => {
    const path = join(folder, 'store');
    const objects = await FolderObjects.open(path, true);
    const store = storeOn(new FailingObjects(objects, 3, true));
    await expect(save(store, NEW)).rejects.toThrow(`${path}: append 3: no space left`);
    expect(await readdir(join(path, 'partial'))).toEqual([]);
    expect(await readdir(join(path, 'packs'))).toEqual([]);
    await store.close();
  });

  it('that does not let an object take its name leaves no part of it', async () => {
    const { id } = await save(storeOn(new MemoryObjects()), NEW);
    const path = join(folder, 'store');
    const objects = await FolderObjects.open(path, true);
    const inTheWay = join(path, 'snapshots', id);
    await mkdir(inTheWay);
    await expect(save(storeOn(objects), NEW)).rejects.toMatchObject({
      code: 'snapshot-store',
      message: expect.stringContaining(`'${inTheWay}' cannot be written: `),
    });
    expect(await readdir(join(path, 'partial'))).toEqual([]);
    await rm(inTheWay, { recursive: true });
    const store = storeOn(objects);
    // The pack had come before; it is garbage now.
    expect(await store.collect()).toMatchObject({ pages: 120 });
    expect((await save(store, NEW)).id).toBe(id);
    await check(store, id, NEW);
    await store.close();
  });
});
