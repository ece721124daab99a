import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../../test/storage/memory-file.js';
import type { Disk } from '../machine/disk.js';
import { BranchingDisk } from './branching/branching-disk.js';
import { extentsOf } from './extents.js';
import { MemoryDisk } from './memory-disk.js';
import { openImage } from './open-image.js';
import { OverlayDisk } from './overlay-disk.js';
import { createQcow2 } from './qcow2/create.js';

const TIB = 2 ** 40;
const KIB = 1024;
const ones = (length: number) => new Uint8Array(length).fill(1);

async function extents(disk: Disk, offset = 0, length = disk.size - offset): Promise<string[]> {
  const found: string[] = [];
  for await (const extent of extentsOf(disk, offset, length)) {
    found.push(`${extent.offset / KIB}+${extent.length / KIB}`);
  }
  return found;
}

describe('where a disk has data', () => {
  it('is told of memory by the page', async () => {
    const disk = new MemoryDisk(TIB);
    expect(await extents(disk)).toEqual([]);
    await disk.write(TIB - 512, ones(512));
    await disk.write(4 * KIB, ones(8 * KIB));
    const last = TIB / KIB - 4;
    expect(await extents(disk)).toEqual(['4+8', `${last}+4`]);
    expect(await extents(disk, 6 * KIB, 2 * KIB)).toEqual(['6+2']);
    expect(await extents(disk, 12 * KIB, TIB / 2)).toEqual([]);
    await disk.writeZeroes(4 * KIB, 4 * KIB);
    expect(await extents(disk)).toEqual(['8+4', `${last}+4`]);
    await disk.discard(0, TIB);
    expect(await extents(disk)).toEqual([]);
  });

  it('is told of a qcow2 image by the cluster, an empty one without a look into it', async () => {
    const file = new MemoryFile();
    await createQcow2(file, { size: TIB });
    const disk = await openImage(file);
    const calls: string[] = [];
    file.onCall = (call) => calls.push(call);
    expect(await extents(disk)).toEqual([]);
    expect(calls).toEqual([]);
    await disk.write(2 ** 39, ones(512));
    await disk.write(64 * KIB, ones(128 * KIB));
    const middle = 2 ** 39 / KIB;
    expect(await extents(disk)).toEqual(['64+128', `${middle}+64`]);
    expect(await extents(disk, 66 * KIB, 4 * KIB)).toEqual(['66+4']);
    await disk.writeZeroes(64 * KIB, 64 * KIB, true);
    await disk.discard(2 ** 39, 64 * KIB);
    expect(await extents(disk)).toEqual(['128+64']);
    await disk.close();
  });

  it('is told of what lies beneath a qcow2 image too', async () => {
    const below = new MemoryFile(ones(256 * KIB), { name: 'below.img' });
    const file = new MemoryFile();
    const backing = { name: 'below.img', format: 'raw' as const };
    await createQcow2(file, { size: TIB, backing });
    const disk = await openImage(file, { resolveBacking: async () => below });
    expect(await extents(disk)).toEqual(['0+256']);
    await disk.writeZeroes(64 * KIB, 64 * KIB, true);
    await disk.write(TIB - 64 * KIB, ones(512));
    expect(await extents(disk)).toEqual(['0+64', '128+128', `${TIB / KIB - 64}+64`]);
    await disk.close();
  });

  it('is told of layers: what is zeros above is no data beneath', async () => {
    const base = new MemoryDisk(TIB);
    await base.write(0, ones(64 * KIB));
    const overlay = new OverlayDisk(base);
    await overlay.writeZeroes(8 * KIB, 8 * KIB);
    await overlay.write(60 * KIB, ones(8 * KIB));
    await overlay.write(TIB / 2, ones(512));
    const far = `${TIB / 2 / KIB}+4`;
    expect(await extents(overlay)).toEqual(['0+8', '16+52', far]);
    const disk = BranchingDisk.over(overlay);
    await disk.writeZeroes(0, 12 * KIB, true);
    await disk.write(20 * KIB, ones(4 * KIB));
    await disk.write(80 * KIB, ones(4 * KIB));
    expect(await extents(disk)).toEqual(['16+52', '80+4', far]);
    await disk.close();
  });

  it('is, for a branch, where there was some when it was taken', async () => {
    const disk = BranchingDisk.on(new MemoryDisk(TIB));
    await disk.write(0, ones(16 * KIB));
    const branch = disk.branch();
    await disk.write(8 * KIB, ones(512));
    await disk.write(32 * KIB, ones(4 * KIB));
    await disk.writeZeroes(0, 4 * KIB, true);
    await disk.writeZeroes(12 * KIB, TIB - 12 * KIB, true);
    expect(await extents(disk)).toEqual(['4+8']);
    expect(await extents(branch)).toEqual(['0+16']);
    await branch.close();
    await disk.close();
  });

  it('is everywhere, if the disk cannot tell', async () => {
    const disk = await openImage(new MemoryFile(new Uint8Array(64 * KIB)), { format: 'raw' });
    expect(await extents(disk)).toEqual(['0+64']);
    const branching = BranchingDisk.on(disk);
    const branch = branching.branch();
    await branch.writeZeroes(4 * KIB, 4 * KIB, true);
    expect(await extents(branch)).toEqual(['0+4', '8+56']);
    expect(await extents(branch, 0, 0)).toEqual([]);
    await branch.close();
    await branching.close();
  });
});
