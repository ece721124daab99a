import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../test/core/random.js';
import { MemoryDisk } from '../memory-disk.js';
import { BranchingDisk } from './branching-disk.js';
import { BLOCK_SIZE } from './changed-blocks.js';

const SIZE = 300 * 1024 + 512;

/** A disk with what it must be. */
interface Pair {
  readonly disk: BranchingDisk;
  readonly bytes: Uint8Array;
  /** What it was at marks. */
  readonly marks: Map<number, Set<number>>;
}

/** Random operations on a tree of disks, each with a plain array beside. */
async function compare(seed: number, rounds: number): Promise<void> {
  const random = randomNumbers(seed);
  const base = new MemoryDisk(SIZE);
  const first = new Uint8Array(SIZE).map((_, index) => (index >> 9) % 251);
  first.fill(0, SIZE / 4, SIZE / 2);
  await base.write(0, first.subarray(0, SIZE / 4 - ((SIZE / 4) % 512)));
  await base.write(SIZE / 2 - ((SIZE / 2) % 512), first.subarray(SIZE / 2 - ((SIZE / 2) % 512)));
  const start = new Uint8Array(SIZE);
  await base.read(0, start);
  const root = BranchingDisk.on(base);
  const living: Pair[] = [{ disk: root, bytes: start, marks: new Map() }];
  for (let round = 0; round < rounds && living.length > 0; round++) {
    const say = `seed ${seed}, round ${round}`;
    const index = random(3) === 0 ? 0 : random(living.length);
    const { disk, bytes, marks } = living[index] as Pair;
    const offset = random(Math.floor(SIZE / 512)) * 512;
    const length = Math.min((1 + random(random(4) === 0 ? 300 : 20)) * 512, SIZE - offset);
    const change = (result: Uint8Array) => {
      bytes.set(result, offset);
      for (const changed of marks.values()) {
        const end = (offset + length - 1) / BLOCK_SIZE;
        for (let block = Math.floor(offset / BLOCK_SIZE); block <= end; block++) changed.add(block);
      }
    };
    switch (random(10)) {
      case 0:
      case 1:
      case 2: {
        const data = new Uint8Array(length).fill(random(4) === 0 ? 0 : 1 + random(255));
        await disk.write(offset, data);
        change(data);
        break;
      }
      case 3:
        await disk.writeZeroes(offset, length, random(2) === 0);
        change(new Uint8Array(length));
        break;
      case 4: {
        await disk.discard(offset, length);
        const found = new Uint8Array(length);
        await disk.read(offset, found);
        const wrong = found.findIndex((byte, at) => byte !== 0 && byte !== bytes[offset + at]);
        expect(wrong, say).toBe(-1);
        change(found);
        break;
      }
      case 5:
        if (living.length < 12) {
          const copied = new Map([...marks].map(([mark, changed]) => [mark, new Set(changed)]));
          living.push({ disk: disk.branch(), bytes: bytes.slice(), marks: copied });
        }
        break;
      case 6:
        if (random(3) > 0) break;
        await disk.close();
        living.splice(index, 1);
        break;
      case 7:
        marks.set(disk.mark(), new Set());
        break;
      default: {
        const found = new Uint8Array(length).fill(0xee);
        await disk.read(offset, found);
        expect(Buffer.compare(found, bytes.subarray(offset, offset + length)), say).toBe(0);
      }
    }
    if (round % 20 === 0) await check(living, say);
  }
  expect(living.length).toBeLessThan(13);
  for (const { disk } of living) await disk.close();
  expect(root.memory).toEqual({ kept: 0, written: 0 });
}

async function check(living: readonly Pair[], say: string): Promise<void> {
  for (const { disk, bytes, marks } of living) {
    const found = new Uint8Array(SIZE).fill(0xee);
    await disk.read(0, found);
    expect(Buffer.compare(found, bytes), say).toBe(0);
    const hollow = new Uint8Array(SIZE);
    let end = 0;
    for await (const extent of disk.extents(0, SIZE)) {
      expect(extent.offset, say).toBeGreaterThanOrEqual(end);
      expect(extent.length, say).toBeGreaterThan(0);
      end = extent.offset + extent.length;
      hollow.set(bytes.subarray(extent.offset, end), extent.offset);
    }
    expect(end).toBeLessThanOrEqual(SIZE);
    expect(Buffer.compare(hollow, bytes), `extents, ${say}`).toBe(0);
    for (const [mark, changed] of marks) {
      const told = new Set(disk.changedSince(mark));
      // A discard that was dropped is no change.
      expect(
        [...told].filter((block) => !changed.has(block)),
        say,
      ).toEqual([]);
      expect([...told], say).toEqual([...told].sort((a, b) => a - b));
    }
  }
}

describe('a disk and its branches', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed + 1))(
    'are plain arrays, each its own (seed %i)',
    async (seed) => {
      await compare(seed, 600);
    },
  );
});
