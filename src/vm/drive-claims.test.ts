import { expect, it } from 'vitest';
import { MemoryFile } from '../../test/storage/memory-file.js';
import { MemoryDisk } from '../storage/memory-disk.js';
import { RawDisk } from '../storage/raw-disk.js';
import { claimDrives } from './drive-claims.js';

it('a disk that is written to is one drive of one VM at a time', () => {
  const [one, two] = [new MemoryDisk(512), new MemoryDisk(512)];
  expect(() => claimDrives([one, two, one])).toThrow(/^drive 2 is in use: this VM has it already/);
  const release = claimDrives([one, two]);
  expect(() => claimDrives([new MemoryDisk(512), two])).toThrow(
    /^drive 1 is in use: another VM writes to it/,
  );
  release();
  claimDrives([two, one])();
});

it('a disk that is only read may be many', () => {
  const disk = RawDisk.open(new MemoryFile(new Uint8Array(512), { readOnly: true }));
  claimDrives([disk, disk]);
  claimDrives([disk]);
});
