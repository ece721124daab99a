import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../test/core/random.js';
import { MemoryDisk } from '../memory-disk.js';
import { BranchingDisk } from './branching-disk.js';
import { BLOCK_SIZE } from './changed-blocks.js';

/** Four blocks and a part of a fifth, whose last page is a part too. */
const SIZE = 300 * 1024 + 512;

/** Blocks that changed, and blocks that something was done to, since a mark. */
interface Since {
  readonly must: Set<number>;
  readonly may: Set<number>;
}

/** A disk with what it must be. */
interface Pair {
  readonly disk: BranchingDisk;
  readonly bytes: Uint8Array;
  readonly marks: Map<number, Since>;
}

async function start(): Promise<Pair> {
  const base = new MemoryDisk(SIZE);
  const bytes = new Uint8Array(SIZE);
  // The middle is left out: there the base has no data.
  for (let sector = 0; sector < SIZE / 512; sector++) {
    if (sector > 200 && sector < 400) continue;
    bytes.fill(1 + (sector % 251), sector * 512, (sector + 1) * 512);
    await base.write(sector * 512, bytes.subarray(sector * 512, (sector + 1) * 512));
  }
  return { disk: BranchingDisk.on(base), bytes, marks: new Map() };
}

/** Random operations on a tree of disks, each with a plain array beside. */
class Orchard {
  readonly living: Pair[];
  readonly #random: (below: number) => number;

  constructor(root: Pair, seed: number) {
    this.living = [root];
    this.#random = randomNumbers(seed);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const index = random(3) === 0 ? 0 : random(this.living.length);
    const pair = this.living[index] as Pair;
    const { disk, bytes, marks } = pair;
    const offset = random(Math.floor(SIZE / 512)) * 512;
    const length = Math.min((1 + random(random(4) === 0 ? 300 : 20)) * 512, SIZE - offset);
    switch (random(11)) {
      case 0:
      case 1:
      case 2: {
        const data = new Uint8Array(length).fill(random(4) === 0 ? 0 : 1 + random(255));
        await disk.write(offset, data);
        return changed(pair, offset, data, true);
      }
      case 3:
        await disk.writeZeroes(offset, length, random(2) === 0);
        return changed(pair, offset, new Uint8Array(length));
      case 4:
        return await this.#discard(pair, offset, length);
      case 5:
      case 6: {
        if (this.living.length > 12) return;
        const copied = new Map(
          [...marks].map(([mark, { must, may }]) => [
            mark,
            { must: new Set(must), may: new Set(may) },
          ]),
        );
        this.living.push({ disk: disk.branch(), bytes: bytes.slice(), marks: copied });
        return;
      }
      case 7:
        if (random(3) > 0 || (index === 0 && random(10) > 0)) return;
        await disk.close();
        this.living.splice(index, 1);
        return;
      case 8:
        marks.set(disk.mark(), { must: new Set(), may: new Set() });
        return;
      default: {
        const found = new Uint8Array(length).fill(0xee);
        await disk.read(offset, found);
        expect(Buffer.compare(found, bytes.subarray(offset, offset + length))).toBe(0);
      }
    }
  }

  async #discard(pair: Pair, offset: number, length: number): Promise<void> {
    const { disk, bytes } = pair;
    await disk.discard(offset, length);
    const found = new Uint8Array(length);
    await disk.read(offset, found);
    const wrong = found.findIndex((byte, at) => byte !== 0 && byte !== bytes[offset + at]);
    expect(wrong).toBe(-1);
    changed(pair, offset, found);
  }
}

/** Notes what a range has become; `written`: it counts as changed if it was the same before too. */
function changed({ bytes, marks }: Pair, offset: number, data: Uint8Array, written = false): void {
  const last = Math.floor((offset + data.length - 1) / BLOCK_SIZE);
  for (let block = Math.floor(offset / BLOCK_SIZE); block <= last; block++) {
    const start = Math.max(offset, block * BLOCK_SIZE);
    const end = Math.min(offset + data.length, (block + 1) * BLOCK_SIZE);
    const after = data.subarray(start - offset, end - offset);
    const differ = written || Buffer.compare(bytes.subarray(start, end), after) !== 0;
    for (const { must, may } of marks.values()) {
      may.add(block);
      if (differ) must.add(block);
    }
  }
  bytes.set(data, offset);
}

async function check({ disk, bytes, marks }: Pair): Promise<void> {
  const found = new Uint8Array(SIZE).fill(0xee);
  await disk.read(0, found);
  expect(Buffer.compare(found, bytes)).toBe(0);
  const told = new Uint8Array(SIZE);
  let end = 0;
  for await (const extent of disk.extents(0, SIZE)) {
    expect(extent.offset).toBeGreaterThanOrEqual(end);
    expect(extent.length).toBeGreaterThan(0);
    end = extent.offset + extent.length;
    told.set(bytes.subarray(extent.offset, end), extent.offset);
  }
  expect(end).toBeLessThanOrEqual(SIZE);
  expect(Buffer.compare(told, bytes)).toBe(0);
  for (const [mark, { must, may }] of marks) {
    const told = [...disk.changedSince(mark)];
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(told.filter((block) => !may.has(block))).toEqual([]);
    expect([...must].filter((block) => !told.includes(block))).toEqual([]);
  }
}

/** Compared here: the assertion itself would take a second for each. */
async function differs(disk: BranchingDisk, bytes: Uint8Array): Promise<boolean> {
  const found = new Uint8Array(disk.size).fill(0xee);
  await disk.read(0, found);
  return Buffer.compare(found, bytes) !== 0;
}

describe('a disk and its branches', () => {
  it.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    'are plain arrays, each on its own (seed %i)',
    async (seed) => {
      const root = await start();
      const orchard = new Orchard(root, seed);
      let most = 0;
      for (let round = 0; round < 700 && orchard.living.length > 0; round++) {
        await orchard.step();
        most = Math.max(most, orchard.living.length);
        if (round % 50 === 0) for (const pair of orchard.living) await check(pair);
      }
      expect(most).toBeGreaterThan(2);
      for (const pair of orchard.living) await check(pair);
      for (const { disk } of orchard.living) await disk.close();
      expect(root.disk.memory).toEqual({ kept: 0, written: 0 });
    },
  );

  it('keep one copy of what the disk overwrites, for all branches that need it', async () => {
    const { disk, bytes } = await start();
    const early = Array.from({ length: 100 }, () => disk.branch());
    await disk.write(0, new Uint8Array(8192).fill(1));
    const { kept } = disk.memory;
    expect(kept).toBeLessThan(2 * 4096 + 1024);
    const late = disk.branch();
    await disk.write(0, new Uint8Array(4096).fill(2));
    expect(disk.memory.kept).toBe(1.5 * kept);
    for (const branch of early) expect(await differs(branch, bytes)).toBe(false);
    bytes.fill(1, 0, 8192);
    expect(await differs(late, bytes)).toBe(false);
    await late.close();
    expect(disk.memory.kept).toBe(kept);
    for (const branch of early) await branch.close();
    expect(disk.memory).toEqual({ kept: 0, written: 0 });
  });

  it('take nothing for what had been zeros, and for what becomes what it was', async () => {
    const disk = BranchingDisk.on(new MemoryDisk(2 ** 20));
    const branch = disk.branch();
    await disk.write(0, new Uint8Array(2 ** 20).fill(1));
    expect(disk.memory.kept).toBeLessThan(2 ** 17);
    expect(await differs(branch, new Uint8Array(2 ** 20))).toBe(false);
    const { kept } = disk.memory;
    await disk.writeZeroes(0, 2 ** 20, true);
    const later = disk.branch();
    await disk.write(0, new Uint8Array(2 ** 20).fill(2));
    expect(disk.memory.kept).toBe(kept);
    expect(await differs(later, new Uint8Array(2 ** 20))).toBe(false);
    await later.close();
    expect(await differs(branch, new Uint8Array(2 ** 20))).toBe(false);
    await branch.write(0, new Uint8Array(2 ** 19).fill(2));
    expect(disk.memory.written).toBeGreaterThan(2 ** 19);
    await branch.writeZeroes(0, 2 ** 20, true);
    expect(disk.memory.written).toBe(0);
    await branch.close();
    await disk.close();
  });

  it.each(['first', 'last', 'random'])(
    'give all back, whoever is closed first (%s)',
    async (order) => {
      const random = randomNumbers(7);
      const { disk, bytes } = await start();
      const living: { disk: BranchingDisk; bytes: Uint8Array }[] = [{ disk, bytes }];
      for (let round = 0; round < 60; round++) {
        const from = living[random(living.length)] as (typeof living)[0];
        living.push({ disk: from.disk.branch(), bytes: from.bytes.slice() });
        for (const one of [living[0], living[random(living.length)]] as typeof living) {
          const at = random(70) * 4096;
          await one.disk.write(at, new Uint8Array(4096).fill(round + 1));
          one.bytes.fill(round + 1, at, at + 4096);
        }
      }
      expect(disk.memory.kept).toBeGreaterThan(2 ** 16);
      while (living.length > 0) {
        const at = { first: 0, last: living.length - 1, random: random(living.length) }[order] ?? 0;
        for (const one of living.splice(at, 1)) await one.disk.close();
        for (const one of living.slice(0, 3))
          expect(await differs(one.disk, one.bytes)).toBe(false);
      }
      expect(disk.memory).toEqual({ kept: 0, written: 0 });
    },
  );

  it('can be taken of one another a thousand times, and are read at one go', async () => {
    const reads: string[] = [];
    class Base extends MemoryDisk {
      override async read(offset: number, into: Uint8Array): Promise<void> {
        reads.push(`${offset}+${into.length}`);
        await super.read(offset, into);
      }
    }
    const size = 2 ** 20;
    const line = [BranchingDisk.on(new Base(size))];
    for (let depth = 1; depth <= 1000; depth++) {
      const next = (line.at(-1) as BranchingDisk).branch();
      await next.write((depth % 128) * 4096, new Uint8Array(4096).fill(depth % 256));
      line.push(next);
    }
    const last = line.at(-1) as BranchingDisk;
    const expected = new Uint8Array(size);
    for (let depth = 1; depth <= 1000; depth++) {
      expected.fill(depth % 256, (depth % 128) * 4096, (depth % 128) * 4096 + 4096);
    }
    expect(await differs(last, expected)).toBe(false);
    expect(reads).toEqual([`${size / 2}+${size / 2}`]);
    for (const disk of line.slice(0, -1)) await disk.close();
    // What only the others had is gone.
    expect(last.memory.written).toBeLessThan(128 * 4096 * 1.2);
    expect(await differs(last, expected)).toBe(false);
    await last.close();
    expect(last.memory).toEqual({ kept: 0, written: 0 });
  });

  it('are read at one go too when a thousand were taken of a disk that goes on', async () => {
    const disk = BranchingDisk.on(new MemoryDisk(2 ** 20));
    const branches: BranchingDisk[] = [];
    for (let round = 0; round < 1000; round++) {
      await disk.write((round % 128) * 4096, new Uint8Array(4096).fill(1 + (round % 255)));
      branches.push(disk.branch());
    }
    for (const [round, branch] of branches.entries()) {
      const page = new Uint8Array(4096);
      await branch.read((round % 128) * 4096, page);
      expect([page[0], page[4095]]).toEqual([1 + (round % 255), 1 + (round % 255)]);
    }
    for (const branch of branches.reverse()) await branch.close();
    expect(disk.memory.kept).toBe(0);
    await disk.close();
  });
});

describe('a disk over a base that nobody writes to', () => {
  it('writes to memory, and so do its branches', async () => {
    const base = new MemoryDisk(2 ** 20);
    await base.write(0, new Uint8Array(2 ** 20).fill(1));
    const disk = BranchingDisk.over(base);
    expect(disk.readOnly).toBe(false);
    await disk.write(512, new Uint8Array(512).fill(2));
    const branch = disk.branch();
    await branch.writeZeroes(0, 4096, true);
    await disk.write(0, new Uint8Array(512).fill(3));
    const heads = [disk, branch, base].map(async (one) => {
      const sectors = new Uint8Array(2048);
      await one.read(0, sectors);
      return [0, 512, 1024].map((at) => sectors[at]);
    });
    expect(await Promise.all(heads)).toEqual([
      [3, 2, 1],
      [0, 0, 0],
      [1, 1, 1],
    ]);
    await disk.close();
    await branch.close();
  });

  it('takes no more memory than its limit', async () => {
    const limited = { limit: 2 ** 16 };
    const disk = BranchingDisk.over(new MemoryDisk(2 ** 40), limited);
    const refused = { code: 'disk-full' };
    await expect(disk.write(0, new Uint8Array(2 ** 17))).rejects.toMatchObject(refused);
    await disk.write(0, new Uint8Array(2 ** 15).fill(1));
    const branch = disk.branch();
    await branch.write(0, new Uint8Array(2 ** 14).fill(2));
    await expect(disk.write(2 ** 30, new Uint8Array(2 ** 15))).rejects.toMatchObject(refused);
    // What is zeros takes nothing.
    await disk.writeZeroes(0, 2 ** 40, true);
    await branch.close();
    await disk.write(2 ** 30, new Uint8Array(2 ** 15).fill(3));
    await disk.close();
  });
});
