/** Several openings of one store, as several processes have it; broken-off writes; foreign and hostile files. */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  HEADER_SIZE,
  RECORD_MAGIC,
  RECORD_SIZE,
  recordBytes,
} from '../../src/node/snapshots/file-record.js';
import { openSnapshotFile, openSnapshotFolder } from '../../src/node/snapshots/open.js';
import type { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import { check, flat, HEAD, pages, save } from './model.js';

let folder = '';
let path = '';
const opened: SnapshotStore[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshots-'));
  path = join(folder, 'store');
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(folder, { recursive: true });
});

const kept = async (opening: Promise<SnapshotStore>) => {
  const store = await opening;
  opened.push(store);
  return store;
};
const AREAS = { memory: pages(50, 0) };
/** A process that has ended. */
const endedProcess = () =>
  Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));

describe.each([
  ['folder', openSnapshotFolder],
  ['file', openSnapshotFile],
] as const)('a %s of snapshots', (kind, open) => {
  const claims = () => (kind === 'folder' ? join(path, 'claims') : `${path}.claims`);

  it('must be there, unless it is to be made', async () => {
    await expect(open(path)).rejects.toMatchObject({ code: 'snapshot-missing' });
    await expect(open(join(path, 'x'))).rejects.toMatchObject({ code: 'snapshot-missing' });
    await kept(open(path, { create: true }));
    const again = await kept(open(path, { create: true }));
    expect(await again.list()).toEqual([]);
    await again.close();
    await expect(again.list()).rejects.toThrow(/was closed/);
  });

  it('is seen alike by all who have opened it', async () => {
    const one = await kept(open(path, { create: true }));
    const other = await kept(open(path));
    const first = await save(one, AREAS, { time: 1 });
    expect(await other.list()).toEqual([first]);
    await check(other, first.id, AREAS);
    const second = await save(other, { memory: pages(80, 0) }, { time: 2 });
    // The pages that the first one wrote are not written again.
    expect(second.newPages).toBe(30);
    expect(await one.list()).toEqual([first, second]);
    await one.delete(first.id);
    expect(await other.list()).toEqual([second]);
    await other.collect();
    await check(one, second.id, { memory: pages(80, 0) });
    expect(await one.verify()).toMatchObject({ snapshots: 1, pages: 80 });
    expect(await readdir(claims()).catch(() => [])).toEqual([]);
  });

  it('is read on while another collects it', async () => {
    const one = await kept(open(path, { create: true }));
    const other = await kept(open(path));
    const all = await save(one, { memory: pages(200, 0) }, { time: 1 });
    const few = await save(one, { memory: pages(30, 0, 0, 6) }, { time: 2 });
    const reader = await other.open(few.id);
    await reader.readAround('memory', 0);
    await one.delete(all.id);
    expect(await one.collect()).toMatchObject({ pages: 170 });
    for (let index = 0; index < 30; index++) {
      expect((await reader.readAround('memory', index)).indices[0]).toBe(index);
    }
    reader.close();
    await check(other, few.id, { memory: pages(30, 0, 0, 6) });
  });

  it('is not collected while another writes it, but after that', async () => {
    const one = await kept(open(path, { create: true }));
    const other = await kept(open(path));
    const writer = await one.begin();
    const { numbers, bytes } = flat(AREAS.memory);
    await writer.addPages('memory', numbers, bytes);
    const collecting = other.collect();
    const info = await writer.finish(HEAD);
    await collecting;
    await check(other, info.id, AREAS);
  });

  it('says who is in the way, when that takes long', async () => {
    const one = await kept(open(path, { create: true }));
    const other = await kept(open(path, { patience: 50 }));
    const writer = await one.begin();
    await expect(other.collect()).rejects.toMatchObject({
      code: 'snapshot-busy',
      message: `${path} is being written to by process ${process.pid}`,
    });
    await writer.abort();
    await other.collect();
  });

  it('is not held up by claims of processes that are gone', async () => {
    const store = await kept(open(path, { create: true }));
    const writer = await store.begin();
    const [name = ''] = await readdir(claims());
    const claim = await readFile(join(claims(), name), 'utf8');
    const stale = join(claims(), '1.collect');
    await writeFile(stale, claim.replace(` ${process.pid} `, ` ${endedProcess()} `));
    await writer.abort();
    await save(store, AREAS);
    await expect(stat(stale)).rejects.toThrow(/ENOENT/);
  });
});

describe('a folder of snapshots', () => {
  it('is rid of what broken-off writers left when it is collected', async () => {
    const store = await kept(openSnapshotFolder(path, { create: true }));
    const { id } = await save(store, AREAS);
    await writeFile(join(path, 'partial', 'left'), new Uint8Array(10_000));
    await writeFile(join(path, 'snapshots', 'README'), 'not ours');
    expect(await store.collect()).toMatchObject({ pages: 0, bytes: 10_000 });
    expect(await readdir(join(path, 'partial'))).toEqual([]);
    expect((await store.list()).map((info) => info.id)).toEqual([id]);
  });
});

describe('a file of snapshots', () => {
  it('finds its last record behind a write that broke off', async () => {
    const first = await kept(openSnapshotFile(path, { create: true }));
    const { id } = await save(first, AREAS);
    const last = (await readFile(path)).subarray(-RECORD_SIZE);
    // More than is searched at a time, and what looks like a record but is one of another place.
    for (const rest of [new Uint8Array(7), new Uint8Array(3_000_001), RECORD_MAGIC, last]) {
      await appendFile(path, rest);
      const store = await kept(openSnapshotFile(path));
      await check(store, id, AREAS);
    }
    const store = await kept(openSnapshotFile(path));
    const next = await save(store, { memory: pages(50, 30) }, { time: 2 });
    await check(await kept(openSnapshotFile(path)), id, AREAS);
    await check(await kept(openSnapshotFile(path)), next.id, { memory: pages(50, 30) });
    expect((await store.collect()).bytes).toBeGreaterThan(3_000_000);
    await check(await kept(openSnapshotFile(path)), id, AREAS);
    await check(store, next.id, { memory: pages(50, 30) });
  });

  it('takes no record for one that a guest could have written', async () => {
    const store = await kept(openSnapshotFile(path, { create: true }));
    const { id } = await save(store, AREAS);
    const { size } = await stat(path);
    const record = {
      kind: 'deleted',
      name: `snapshots/${id}`,
      at: size,
      length: 0,
      previous: 0,
    } as const;
    await appendFile(path, recordBytes(new Uint8Array(16), record));
    await check(await kept(openSnapshotFile(path)), id, AREAS);
  });

  it('refuses one of which a record or the header was altered', async () => {
    const store = await kept(openSnapshotFile(path, { create: true }));
    const { id } = await save(store, AREAS);
    await save(store, { memory: pages(10, 500) }, { time: 2 });
    const bytes = await readFile(path);
    const first = bytes.indexOf(RECORD_MAGIC);
    for (let at = first; at < first + RECORD_SIZE; at++) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 4;
      await writeFile(`${path}2`, altered);
      await expect(openSnapshotFile(`${path}2`)).rejects.toMatchObject({
        code: 'snapshot-damaged',
        message: expect.stringContaining(
          `'${path}2' is damaged: its record at ${first} was altered`,
        ),
      });
    }
    for (let at = 0; at < HEADER_SIZE; at++) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 4;
      await writeFile(`${path}2`, altered);
      await expect(openSnapshotFile(`${path}2`)).rejects.toThrow(`'${path}2'`);
      await writeFile(`${path}2`, bytes.subarray(0, at));
      await expect(openSnapshotFile(`${path}2`)).rejects.toThrow(/is no file of snapshots/);
    }
    await check(store, id, AREAS);
  });

  it('of another format version is refused with its number', async () => {
    await kept(openSnapshotFile(path, { create: true }));
    const bytes = await readFile(path);
    bytes[8] = 9;
    await writeFile(path, bytes);
    await expect(openSnapshotFile(path)).rejects.toMatchObject({
      code: 'snapshot-version',
      message: `'${path}' has format version 9; this version of Hartwood reads 1`,
    });
  });

  it('has one writer at a time in a process, and others wait', async () => {
    const store = await kept(openSnapshotFile(path, { create: true }));
    const jobs = [0, 1, 2, 3, 4].map(async (number) => {
      const areas = { memory: pages(60, number * 40) };
      const { id } = await save(store, areas, { time: number });
      return { id, areas };
    });
    for (const { id, areas } of await Promise.all(jobs)) await check(store, id, areas);
    await (await kept(openSnapshotFile(path))).verify();
  });
});
