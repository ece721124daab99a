import { beforeAll, describe, expect, it } from 'vitest';
import { SnapshotError } from '../../src/core/errors.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { BLOCK_ROW, INDEX_ROW, MANIFEST_HEADER, PACK_FOOTER } from '../../src/snapshot/format.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import { type Alteration, AlteredObjects } from './altered-objects.js';
import { check, pages, save } from './model.js';

const AREAS = { memory: pages(40, 0, 1, 2), disk0: pages(5, 100) };
const BLOCKS = 3;
const PAGES = 45;
const SEED = 20_261_123;

const objects = new MemoryObjects('store');
let id = '';
let manifest = '';
let pack = '';
beforeAll(async () => {
  id = (await save(new SnapshotStore(objects, nodeSnapshotTools), AREAS, { name: 'it' })).id;
  manifest = `snapshots/${id}`;
  pack = (await objects.list('packs/'))[0] ?? '';
});

/** What reading the altered store ends with, by `verify` and by streaming; the name must be in it. */
async function refusals(alteration: Alteration): Promise<string[]> {
  const words = alteration.name.split('/')[1] ?? '';
  const refusal = async (reading: (store: SnapshotStore) => Promise<unknown>) => {
    const store = new SnapshotStore(new AlteredObjects(objects, alteration), nodeSnapshotTools);
    try {
      await reading(store);
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      return error.message.includes(words) ? error.code : `unnamed: ${error.message}`;
    }
    return 'taken';
  };
  return [
    await refusal((store) => store.verify()),
    await refusal((store) => check(store, id, AREAS)),
  ];
}

/** Alterations of which any reading is not refused as damaged, or as of another version. */
async function undetected(alterations: readonly Alteration[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const alteration of alterations) {
    const codes = await refusals(alteration);
    const refused = (code: string) => code === 'snapshot-damaged' || code === 'snapshot-version';
    if (!codes.every(refused)) found.push({ ...alteration, codes });
  }
  return found;
}

describe('a snapshot that is not what was written is refused by name', () => {
  it('unaltered, it is taken', async () => {
    expect(await refusals({ name: 'packs/none' })).toEqual(['taken', 'taken']);
  });

  it('each byte of the header of the manifest altered, or the manifest cut there', async () => {
    const alterations: Alteration[] = [];
    for (let at = 0; at < MANIFEST_HEADER.size; at++) {
      alterations.push({ name: manifest, at }, { name: manifest, at, bits: 1 });
      alterations.push({ name: manifest, length: at });
    }
    expect(await undetected(alterations)).toEqual([]);
  });

  it('each byte of the index, block table and footer of a pack altered, or the pack cut there', async () => {
    const size = await objects.size(pack);
    const tables = PAGES * INDEX_ROW + BLOCKS * BLOCK_ROW.size + PACK_FOOTER.size;
    const alterations: Alteration[] = [];
    for (let at = size - tables; at < size; at++) {
      alterations.push({ name: pack, at, bits: 1 << (at % 8) }, { name: pack, length: at });
    }
    expect(await undetected(alterations)).toEqual([]);
  });

  it(`a thousand random places, of seed ${SEED}`, async () => {
    let state = SEED;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const sizes = { [manifest]: await objects.size(manifest), [pack]: await objects.size(pack) };
    const alterations = Array.from({ length: 1000 }, () => {
      const name = random(3) === 0 ? manifest : pack;
      return { name, at: random(sizes[name] ?? 0), bits: 1 + random(255) };
    });
    expect(await undetected(alterations)).toEqual([]);
  });

  it('longer than it was', async () => {
    const more: Alteration[] = [];
    for (const name of [manifest, pack]) {
      more.push({ name, length: (await objects.size(name)) + 1 });
    }
    expect(await undetected(more)).toEqual([]);
  });

  it('of another format version, which is named', async () => {
    const alteration = { name: manifest, at: MANIFEST_HEADER.version, bits: 1 ^ 7 };
    const store = new SnapshotStore(new AlteredObjects(objects, alteration), nodeSnapshotTools);
    await expect(store.open(id)).rejects.toMatchObject({
      code: 'snapshot-version',
      message: `altered: snapshot ${id} has format version 7; this version of Hartwood reads 1`,
    });
    const told: string[] = [];
    expect(await store.list((error) => told.push(error.code))).toEqual([]);
    expect(told).toEqual(['snapshot-version']);
    // Nobody knows what it names.
    await expect(store.collect()).rejects.toMatchObject({ code: 'snapshot-version' });
    expect((await objects.list('packs/')).length).toBe(1);
  });

  it('a damaged pack is no reason not to take snapshots', async () => {
    const copy = new MemoryObjects();
    await save(new SnapshotStore(copy, nodeSnapshotTools), AREAS);
    const name = (await copy.list('packs/'))[0] ?? '';
    const alteration = { name, at: (await copy.size(name)) - PACK_FOOTER.size - 200 };
    const store = new SnapshotStore(new AlteredObjects(copy, alteration), nodeSnapshotTools);
    const info = await save(store, AREAS, { time: 2 });
    // All of it once more.
    expect(info.newPages).toBe(PAGES);
    await check(store, info.id, AREAS);
  });

  it('pages that no pack has are missing', async () => {
    const copy = new MemoryObjects();
    const store = new SnapshotStore(copy, nodeSnapshotTools);
    const info = await save(store, AREAS);
    for (const name of await copy.list('packs/')) await copy.delete(name);
    const missing = { code: 'snapshot-missing' };
    await expect(check(store, info.id, AREAS)).rejects.toMatchObject(missing);
    const reader = await store.open(info.id);
    await expect(reader.readAround('memory', 3)).rejects.toMatchObject(missing);
    reader.close();
    await expect(store.verify()).rejects.toMatchObject(missing);
  });
});
