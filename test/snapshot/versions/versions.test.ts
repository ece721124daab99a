import { readdirSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSnapshotFile } from '../../../src/node/snapshots/open.js';
import { FORMAT_VERSION } from '../../../src/snapshot/format.js';
import { FILES, fileOf, goOn, readEnding, whole } from './kept.js';
import { type KeptProgram, PROGRAMS } from './programs.js';

const kept = readdirSync(FILES).filter((file) => file.endsWith('.hwsnap'));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-versions-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('snapshots of each format version that was ever written', () => {
  it('are there for the present one', () => {
    const names = [...PROGRAMS.keys()].map((name) => `${FORMAT_VERSION}-${name}.hwsnap`);
    expect(kept).toEqual(expect.arrayContaining(names));
  });

  it.each(kept)('%s goes on to the end that it had', async (file) => {
    const [, version = '', name = ''] = /^(\d+)-(.*)\.hwsnap$/.exec(file) ?? [];
    // Opening a store may leave a claim beside it.
    const copy = join(folder, file);
    await copyFile(fileURLToPath(fileOf(Number(version), name, 'hwsnap')), copy);
    const store = await openSnapshotFile(copy);
    await store.verify();
    const ending = await readEnding(Number(version), name);
    const { code, steps } = await whole(PROGRAMS.get(name) as KeptProgram);
    expect(code).toBeGreaterThan(0);
    expect(ending).toMatchObject({ code, steps });
    expect(await goOn(store, true)).toEqual(ending);
    expect(await goOn(store, false)).toEqual(ending);
    await store.close();
  });
});
