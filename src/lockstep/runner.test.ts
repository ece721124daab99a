import { expect, it } from 'vitest';
import type { Disk } from '../machine/disk.js';
import { MemoryDisk } from '../storage/memory-disk.js';
import { copiesOf } from './runner.js';

const read = async (disk: Disk | undefined) => {
  const bytes = new Uint8Array(512);
  await disk?.read(0, bytes);
  return bytes[0];
};

it('each engine writes to drives of its own', async () => {
  const base = new MemoryDisk(4096);
  await base.write(0, new Uint8Array(512).fill(7));
  const [[one], [other]] = [copiesOf([base]), copiesOf([base])];
  await one?.write(0, new Uint8Array(512).fill(9));
  expect([await read(one), await read(other), await read(base)]).toEqual([9, 7, 7]);
  await one?.close();
  expect(await read(base)).toBe(7);
});

it('a drive that cannot be written is shared', () => {
  const base: Disk = Object.create(new MemoryDisk(4096), { readOnly: { value: true } });
  expect(copiesOf([base])).toEqual([base]);
});
