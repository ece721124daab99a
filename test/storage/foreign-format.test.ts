import { expect, it } from 'vitest';
import { openImage } from '../../src/storage/open-image.js';
import { MemoryFile } from './memory-file.js';

it.each([
  ['VMDK', 0, 'KDMV'],
  ['VDI', 0x40, '\x7f\x10\xda\xbe'],
  ['VHDX', 0, 'vhdxfile'],
  ['Parallels', 0, 'WithoutFreeSpace'],
])('a %s image is no raw disk unless it is said to be', async (name, offset, mark) => {
  const bytes = new Uint8Array(4096);
  bytes.set(Buffer.from(mark, 'latin1'), offset);
  const file = new MemoryFile(bytes);
  await expect(openImage(file)).rejects.toMatchObject({
    code: 'disk-format',
    message: expect.stringMatching(new RegExp(`is a ${name} image.*format=raw`)),
  });
  const disk = await openImage(file, { format: 'raw' });
  expect(disk.size).toBe(4096);
});
