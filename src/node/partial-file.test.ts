import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PartialFile } from './partial-file.js';

it('is closed where the disk fills up at the end, and stays for the next attempt', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-partial-'));
  let file: FileHandle | undefined;
  const partial = await PartialFile.open(folder, '0'.repeat(64), async (path, flags) => {
    file = await open(path, flags);
    file.sync = () => Promise.reject(new Error('ENOSPC'));
    return file;
  });
  await partial.append(new Uint8Array(3));
  await expect(partial.finish(join(folder, 'done'))).rejects.toThrow('ENOSPC');
  expect(file?.fd).toBe(-1);
  await partial.close();
  expect(await readFile(partial.path)).toHaveLength(3);
  await rm(folder, { recursive: true });
});
