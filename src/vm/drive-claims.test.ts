import { expect, it } from 'vitest';
import { MemoryFile } from '../../test/storage/memory-file.js';
import type { BranchingDisk } from '../storage/branching/branching-disk.js';
import { MemoryDisk } from '../storage/memory-disk.js';
import { RawDisk } from '../storage/raw-disk.js';
import { borrowDrives, returnDrives } from './drive-claims.js';

it('a disk that is written to is one drive of one VM at a time', async () => {
  const [one, two] = [new MemoryDisk(512), new MemoryDisk(512)];
  expect(() => borrowDrives([one, two, one])).toThrow(/^drive 2 is in use: this VM has it already/);
  const drives = borrowDrives([one, two]);
  expect(() => borrowDrives([new MemoryDisk(512), two])).toThrow(
    /^drive 1 is in use: another VM writes to it/,
  );
  await returnDrives(drives);
  await returnDrives(borrowDrives([two, one]));
});

it('a disk stays taken while a fork needs it', async () => {
  const disk = new MemoryDisk(512);
  const drives = borrowDrives([disk]);
  const branch = (drives[0] as BranchingDisk).branch();
  await returnDrives(drives);
  expect(() => borrowDrives([disk])).toThrow(/its forks need it/);
  await branch.close();
  await returnDrives(borrowDrives([disk]));
});

it('a disk that is only read may be many', () => {
  const disk = RawDisk.open(new MemoryFile(new Uint8Array(512), { readOnly: true }));
  borrowDrives([disk, disk]);
  expect(borrowDrives([disk])).toEqual([disk]);
});
