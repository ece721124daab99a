import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../test/core/random.js';
import type { Disk } from '../machine/disk.js';
import { MemoryDisk } from './memory-disk.js';
import { OverlayDisk } from './overlay-disk.js';

const SIZE = 64 * 1024;

/** Random operations, with a plain array beside; discarded sectors may be either. */
async function compare(disk: Disk, model: Uint8Array, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  for (let round = 0; round < 600; round++) {
    const offset = random(SIZE / 512) * 512;
    const length = Math.min((1 + random(30)) * 512, SIZE - offset);
    const before = model.slice(offset, offset + length);
    switch (random(4)) {
      case 0: {
        const bytes = new Uint8Array(length).fill(1 + random(255));
        await disk.write(offset, bytes);
        model.set(bytes, offset);
        break;
      }
      case 1:
        await disk.writeZeroes(offset, length, random(2) === 0);
        model.fill(0, offset, offset + length);
        break;
      case 2: {
        await disk.discard(offset, length);
        const found = new Uint8Array(length);
        await disk.read(offset, found);
        const wrong = found.findIndex((byte, at) => byte !== 0 && byte !== before[at]);
        expect(wrong, `seed ${seed}, round ${round}`).toBe(-1);
        model.set(found, offset);
        break;
      }
      default: {
        const found = new Uint8Array(length).fill(0xff);
        await disk.read(offset, found);
        expect(Buffer.compare(found, before), `seed ${seed}, round ${round}`).toBe(0);
      }
    }
  }
}

describe('a disk in memory', () => {
  it('is a plain array', async () => {
    await compare(new MemoryDisk(SIZE), new Uint8Array(SIZE), 1);
  });

  it('takes memory only for what was written', async () => {
    const disk = new MemoryDisk(2 ** 50);
    await disk.write(2 ** 49, new Uint8Array(512).fill(1));
    await disk.discard(0, 2 ** 50);
    await disk.writeZeroes(512, 2 ** 50 - 512);
    const sector = new Uint8Array(512).fill(1);
    await disk.read(2 ** 49, sector);
    expect(sector).toEqual(new Uint8Array(512));
  });

  it.each([0, 511, 1000, -512, Number.NaN, 2 ** 53])('cannot have %s bytes', (size) => {
    expect(() => new MemoryDisk(size)).toThrow(/no size for a disk/);
  });
});

describe('an overlay', () => {
  it('is a plain array over a base that it never changes', async () => {
    const base = new MemoryDisk(SIZE);
    const model = new Uint8Array(SIZE).map((_, index) => 1 + (index >> 9));
    await base.write(0, model);
    const original = model.slice();
    await compare(new OverlayDisk(base), model, 2);
    const found = new Uint8Array(SIZE);
    await base.read(0, found);
    expect(Buffer.compare(found, original)).toBe(0);
  });

  it('takes no more memory than its limit', async () => {
    const disk = new OverlayDisk(new MemoryDisk(2 ** 40), { limit: 64 * 1024 });
    const full = { code: 'disk-full' };
    await expect(disk.write(0, new Uint8Array(128 * 1024))).rejects.toMatchObject(full);
    await disk.writeZeroes(0, 2 ** 40);
    await disk.write(0, new Uint8Array(32 * 1024).fill(1));
    await expect(disk.write(2 ** 30, new Uint8Array(48 * 1024))).rejects.toMatchObject(full);
    await disk.write(0, new Uint8Array(32 * 1024).fill(2));
    await disk.discard(0, 2 ** 40);
    await disk.write(2 ** 30, new Uint8Array(48 * 1024).fill(3));
  });

  it('closes its base, or leaves it open for others', async () => {
    let closed = 0;
    class Base extends MemoryDisk {
      override async close(): Promise<void> {
        closed++;
      }
    }
    const base = new Base(SIZE);
    await new OverlayDisk(base, { closeBase: false }).close();
    expect(closed).toBe(0);
    await new OverlayDisk(base).close();
    expect(closed).toBe(1);
  });
});
