import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskError } from '../core/errors.js';
import { openDrive } from '../node/drive.js';
import { Drives } from './drives.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-drives-'));
  path = join(folder, 'disk');
  await writeFile(path, new Uint8Array(4096));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the drives of a run', () => {
  it('are opened all or none', async () => {
    await expect(Drives.open([path, join(folder, 'absent')])).rejects.toThrow(DiskError);
    // It would be in use still.
    await (await openDrive(path)).close();
  });

  it('are all closed, even if one fails, and that one is told of', async () => {
    const drives = await Drives.open([path]);
    const lost = new DiskError('full', 'no room');
    drives.own({ [Symbol.asyncDispose]: () => Promise.reject(lost) });
    await drives.disks[0]?.write(0, new Uint8Array(512).fill(7));
    await expect(drives.close()).rejects.toBe(lost);
    expect((await readFile(path))[0]).toBe(7);
    await (await openDrive(path)).close();
    // What was told once is over.
    await drives.close();
  });
});
