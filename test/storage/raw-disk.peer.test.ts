import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openDrive } from '../../src/node/drive.js';
import { DiskModel } from './disk-model.js';
import { contents, imageFolder, withDrive } from './qemu-img.js';

const { path } = imageFolder();

test('a raw file is a disk, and so is an overlay over it', async () => {
  const file = path('disk.raw');
  const bytes = contents(2 ** 20);
  await writeFile(file, bytes);
  for (const spec of [`${file},overlay`, `${file},format=raw`]) {
    const model = new DiskModel(await openDrive(spec), 17, bytes);
    await model.run(300, 8);
    expect(await model.stale()).toEqual([]);
    await model.disk.close();
    if (spec.endsWith('raw')) {
      expect(await withDrive(file, (disk) => model.stale(disk))).toEqual([]);
    } else {
      const untouched = new DiskModel(await openDrive(file), 0, bytes);
      expect(await untouched.stale()).toEqual([]);
      await untouched.disk.close();
    }
  }
});
