/** Random deeds on a store, several at a time, against a plain model of what it must hold. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  memorySnapshots,
  openSnapshotFile,
  openSnapshotFolder,
} from '../../src/node/snapshots/open.js';
import type { SnapshotReader } from '../../src/snapshot/snapshot-reader.js';
import type { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import { randomNumbers } from '../core/random.js';
import { check, flat, HEAD, type Pages, page, pages } from './model.js';

const SEED = Number(process.env.SEED ?? 11);
const DEEDS = 120;
/** Deeds that are under way at the same time. */
const TOGETHER = 4;

interface Saved {
  readonly id: string;
  readonly memory: Pages;
}

/** What a snapshot still gives while it is open, deleted or not. */
interface Open extends Saved {
  readonly reader: SnapshotReader;
}

class Model {
  readonly #store: SnapshotStore;
  readonly #random: (below: number) => number;
  readonly saved: Saved[] = [];
  readonly #open: Open[] = [];
  #time = 0;

  constructor(store: SnapshotStore, seed: number) {
    this.#store = store;
    this.#random = randomNumbers(seed);
  }

  async deed(): Promise<void> {
    const which = this.#random(10);
    if (which < 3) await this.#save();
    else if (which < 5) await this.#saveChild();
    else if (which < 6) await this.#delete();
    else if (which < 7) await this.#store.collect();
    else if (which < 8) await this.#begin();
    else await this.#read();
  }

  async end(): Promise<void> {
    for (const { reader } of this.#open) reader.close();
    await this.#store.collect();
    await this.#store.verify();
    const ids = (await this.#store.list()).map(({ id }) => id);
    expect(ids.sort()).toEqual(this.saved.map(({ id }) => id).sort());
    for (const { id, memory } of this.saved) await check(this.#store, id, { memory });
  }

  async #save(): Promise<void> {
    const memory = pages(1 + this.#random(60), this.#random(300), this.#random(20));
    const writer = await this.#store.begin();
    const { numbers, bytes } = flat(memory);
    await writer.addPages('memory', numbers, bytes);
    if (this.#random(4) === 0) return await writer.abort();
    const { id } = await writer.finish({ ...HEAD, time: ++this.#time });
    this.saved.push({ id, memory });
  }

  /** As incremental snapshots are taken: some pages anew, the others as the parent has them. */
  async #saveChild(): Promise<void> {
    const parent = this.#open[this.#random(this.#open.length || 1)];
    if (parent === undefined) return;
    const changed = new Map<number, Uint8Array<ArrayBuffer>>();
    const kept: number[] = [];
    for (const number of parent.memory.keys()) {
      if (this.#random(4) === 0) changed.set(number, page(this.#random(400)));
      else kept.push(number);
    }
    const writer = await this.#store.begin();
    await writer.keepPages('memory', parent.reader, Uint32Array.from(kept));
    const { numbers, bytes } = flat(changed);
    await writer.addPages('memory', numbers, bytes);
    const { id } = await writer.finish({ ...HEAD, parent: parent.id, time: ++this.#time });
    this.saved.push({ id, memory: new Map([...parent.memory, ...changed]) });
  }

  async #delete(): Promise<void> {
    const [gone] = this.saved.splice(this.#random(this.saved.length || 1), 1);
    if (gone !== undefined) await this.#store.delete(gone.id);
  }

  async #begin(): Promise<void> {
    const saved = this.saved[this.#random(this.saved.length || 1)];
    if (saved === undefined) return;
    // Somebody may delete it at the same time.
    const reader = await this.#store.open(saved.id).catch(() => undefined);
    if (reader === undefined) expect(this.saved).not.toContain(saved);
    else this.#open.push({ ...saved, reader });
    if (this.#open.length > 5) this.#open.shift()?.reader.close();
  }

  async #read(): Promise<void> {
    const open = this.#open[this.#random(this.#open.length || 1)];
    if (open === undefined) return;
    const numbers = open.reader.pages('memory');
    const index = this.#random(numbers.length);
    const reading = open.reader.readAround('memory', index);
    const { indices, bytes } = await reading.catch((error) => {
      // Closed by another deed; that is all that may happen.
      expect(this.#open).not.toContain(open);
      expect(error.message).toMatch(/closed/);
      return { indices: new Uint32Array(0), bytes: new Uint8Array(0) };
    });
    indices.forEach((found, at) => {
      const expected = open.memory.get(numbers[found] as number) as Uint8Array;
      expect(Buffer.compare(bytes.subarray(at * 4096, (at + 1) * 4096), expected)).toBe(0);
    });
  }
}

it.each([
  ['memory', async () => memorySnapshots()],
  ['a folder', (path: string) => openSnapshotFolder(path, { create: true })],
  ['a file', (path: string) => openSnapshotFile(path, { create: true })],
])(`random deeds of seed ${SEED} on %s`, async (_, open) => {
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
  const store = await open(join(folder, 'store'));
  try {
    const model = new Model(store, SEED);
    let deeds = DEEDS;
    const worker = async () => {
      while (deeds-- > 0) await model.deed();
    };
    const ends = await Promise.allSettled(Array.from({ length: TOGETHER }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    await model.end();
    expect(model.saved.length).toBeGreaterThan(10);
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
});
