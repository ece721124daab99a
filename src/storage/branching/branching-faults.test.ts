import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../test/core/random.js';
import { TestDisk } from '../../../test/virtio/test-disk.js';
import { DiskError } from '../../core/errors.js';
import type { Disk } from '../../machine/disk.js';
import { MemoryDisk } from '../memory-disk.js';
import { BranchingDisk } from './branching-disk.js';

const PAGE = 4096;
const MIB = 2 ** 20;

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

async function bytesOf(disk: Disk, offset: number, length: number): Promise<Uint8Array> {
  const bytes = filled(length, 0xee);
  await disk.read(offset, bytes);
  return bytes;
}

/** All values that the bytes of a range have. */
async function valuesOf(disk: Disk, offset: number, length: number): Promise<number[]> {
  return [...new Set(await bytesOf(disk, offset, length))];
}

/** A disk that takes some turns of the event loop for what it does, a sector at a time. */
class SlowDisk extends MemoryDisk {
  readonly #random = randomNumbers(1);
  /** Writes that stop halfway from now on. */
  failing = 0;

  override async read(offset: number, into: Uint8Array): Promise<void> {
    for (let at = 0; at < into.length; at += 512) {
      await this.#turns();
      await super.read(offset + at, into.subarray(at, at + 512));
    }
  }

  override async write(offset: number, bytes: Uint8Array): Promise<void> {
    const fails = this.failing > 0 && this.failing-- > 0;
    for (let at = 0; at < bytes.length; at += 512) {
      await this.#turns();
      if (fails && at * 2 >= bytes.length) throw new DiskError('io', 'no');
      await super.write(offset + at, bytes.subarray(at, at + 512));
    }
  }

  async #turns(): Promise<void> {
    for (let turn = this.#random(3); turn > 0; turn--) await Promise.resolve();
  }
}

describe('at the same time', () => {
  it.each([1, 2, 3, 4])('a branch stays as it is, whatever is written (seed %i)', async (seed) => {
    const random = randomNumbers(seed);
    const base = new SlowDisk(32 * PAGE);
    const disk = BranchingDisk.on(base);
    const frozen: { branch: BranchingDisk; mark: number; seen: Uint8Array; read: Promise<void> }[] =
      [];
    let written = 0;
    const writer = async () => {
      for (let round = 0; round < 60; round++) {
        const sector = random(31 * 8);
        if (random(10) === 0) base.failing++;
        const length = (1 + random(24)) * 512;
        const fits = Math.min(length, disk.size - sector * 512);
        const write =
          random(8) === 0
            ? disk.writeZeroes(sector * 512, fits, true)
            : disk.write(sector * 512, filled(fits, 1 + random(255)));
        await write.catch(() => undefined);
        written++;
      }
    };
    const taker = async () => {
      while (written < 200) {
        const branch = disk.branch();
        const seen = new Uint8Array(disk.size);
        frozen.push({ branch, mark: disk.mark(), seen, read: branch.read(0, seen) });
        for (let turn = random(100); turn > 0; turn--) await Promise.resolve();
        if (frozen.length < 9) continue;
        const [gone] = frozen.splice(random(frozen.length), 1);
        await gone?.read;
        await gone?.branch.close();
      }
    };
    await Promise.all([writer(), writer(), writer(), writer(), taker()]);
    expect(frozen.length).toBeGreaterThan(3);
    const now = await bytesOf(disk, 0, disk.size);
    for (const { branch, mark, seen, read } of frozen) {
      await read;
      const again = await bytesOf(branch, 0, disk.size);
      expect(Buffer.compare(again, seen)).toBe(0);
      // Whatever differs has changed since.
      const changed = new Set(disk.changedSince(mark));
      const untold = now.findIndex((byte, at) => byte !== seen[at] && !changed.has(at >> 16));
      expect(untold).toBe(-1);
      await branch.close();
    }
    expect(disk.memory.kept).toBe(0);
    await disk.close();
  });

  it('a branch that is taken while a page is being kept for another gets it too', async () => {
    const base = new TestDisk(MIB);
    base.bytes.fill(1);
    const disk = BranchingDisk.on(base);
    const first = disk.branch();
    base.holding = true;
    const write = disk.write(0, filled(PAGE, 2));
    await expect.poll(() => base.waiting).toEqual([`read 0+${PAGE}`]);
    const second = disk.branch();
    base.held[0]?.end();
    await expect.poll(() => base.waiting).toEqual([`write 0+${PAGE}`]);
    const third = disk.branch();
    base.holding = false;
    base.held[0]?.end();
    await write;
    const heads = [first, second, third].map(async (one) => (await bytesOf(one, 0, 512))[0]);
    expect(await Promise.all(heads)).toEqual([1, 1, 2]);
    // The first two have one copy.
    expect(disk.memory.kept).toBeLessThan(2 * PAGE);
  });

  it('a branch has a write or has it not, and tells so, whenever it is taken', async () => {
    const found = new Set<number | undefined>();
    for (let turns = 0; turns < 40; turns++) {
      const base = new SlowDisk(MIB);
      await base.write(0, filled(PAGE, 1));
      const disk = BranchingDisk.on(base);
      const first = disk.branch();
      const mark = disk.mark();
      const write = disk.write(0, filled(PAGE, 2));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const branch = disk.branch();
      await write;
      const values = await valuesOf(branch, 0, PAGE);
      expect(values).toHaveLength(1);
      expect([...branch.changedSince(mark)]).toEqual(values[0] === 2 ? [0] : []);
      found.add(values[0]);
      await Promise.all([first, branch, disk].map((one) => one.close()));
    }
    expect([...found]).toEqual([1, 2]);
  });

  it('a read of a branch waits for a write that is under way, and keeps the next one waiting', async () => {
    const base = new TestDisk(MIB);
    base.bytes.fill(1);
    const disk = BranchingDisk.on(base);
    base.holding = true;
    const early = disk.write(0, filled(512, 2));
    const branch = disk.branch();
    const page = new Uint8Array(PAGE);
    const read = branch.read(0, page);
    const late = disk.write(0, filled(512, 3));
    expect(base.waiting).toEqual(['write 0+512']);
    base.held[0]?.end();
    await early;
    await expect.poll(() => base.waiting).toEqual([`read 0+${PAGE}`]);
    base.holding = false;
    base.held[0]?.end();
    await Promise.all([read, late]);
    expect([page[0], page[512]]).toEqual([2, 1]);
    expect((await bytesOf(branch, 0, 512))[0]).toBe(2);
    expect((await bytesOf(disk, 0, 512))[0]).toBe(3);
  });
});

describe('when the base fails', () => {
  it('before a page is kept, the write fails and nobody has lost anything', async () => {
    const base = new TestDisk(MIB);
    base.bytes.fill(1);
    const disk = BranchingDisk.on(base);
    const branch = disk.branch();
    await disk.write(0, filled(PAGE, 2));
    disk.mark();
    base.holding = true;
    const write = disk.write(0, filled(4 * PAGE, 3));
    await expect.poll(() => base.waiting).toEqual([`read ${PAGE}+${3 * PAGE}`]);
    base.holding = false;
    base.held[0]?.fail();
    await expect(write).rejects.toMatchObject({ code: 'disk-io' });
    expect(base.calls.at(-1)).toBe(`read ${PAGE}+${3 * PAGE}`);
    expect([...disk.changedSince(0)]).toEqual([]);
    expect(await valuesOf(branch, 0, 4 * PAGE)).toEqual([1]);
    await disk.write(0, filled(4 * PAGE, 4));
    expect(await valuesOf(branch, 0, 4 * PAGE)).toEqual([1]);
    expect([...disk.changedSince(0)]).toEqual([0]);
  });

  it('halfway in a write, what it has changed is told, and branches have what was', async () => {
    const base = new SlowDisk(MIB);
    const disk = BranchingDisk.on(base);
    await disk.write(0, filled(MIB, 1));
    const branch = disk.branch();
    disk.mark();
    base.failing = 1;
    await expect(disk.write(0, filled(4 * PAGE, 2))).rejects.toMatchObject({ code: 'disk-io' });
    expect((await bytesOf(disk, 0, 512))[0]).toBe(2);
    expect(await valuesOf(branch, 0, 4 * PAGE)).toEqual([1]);
    expect([...disk.changedSince(0)]).toEqual([0]);
  });

  it('what was written is told of under a mark that was made meanwhile', async () => {
    const base = new TestDisk(MIB);
    const disk = BranchingDisk.on(base);
    base.holding = true;
    const write = disk.write(65536, filled(512, 1));
    const mark = disk.mark();
    expect([...disk.changedSince(mark)]).toEqual([1]);
    const branch = disk.branch();
    base.holding = false;
    base.held[0]?.end();
    await write;
    expect([...disk.changedSince(mark)]).toEqual([1]);
    expect([...branch.changedSince(mark)]).toEqual([1]);
    expect([...disk.changedSince(disk.mark())]).toEqual([]);
    expect(() => [...disk.changedSince(7)]).toThrow(/no mark 7; marks go from 0 to 1/);
  });

  it('a disk that cannot be flushed is closed all the same, and the base with its last branch', async () => {
    const base = new TestDisk(MIB);
    const disk = BranchingDisk.on(base);
    const branch = disk.branch();
    const twig = branch.branch();
    base.failure = new DiskError('full', 'no room');
    await expect(disk.close()).rejects.toThrow('no room');
    await branch.close();
    base.failure = undefined;
    expect(await valuesOf(twig, 0, 512)).toEqual([0]);
    expect(base.calls).not.toContain('close');
    base.failure = new DiskError('io', 'no way');
    await expect(twig.close()).rejects.toThrow('no way');
    await twig.close();
    expect(base.calls.filter((call) => call.startsWith('close'))).toHaveLength(1);
  });

  it('a base that is not to be closed stays open', async () => {
    const base = new TestDisk(MIB);
    const disk = BranchingDisk.on(base, { closeBase: false });
    await disk.branch().close();
    await disk.close();
    expect(base.calls).toEqual(['flush']);
  });
});

describe('when memory is used up', () => {
  it('the disk goes on, and a branch says that it has lost something', async () => {
    const base = new MemoryDisk(MIB);
    await base.write(0, filled(MIB, 1));
    const disk = BranchingDisk.on(base, { limit: 5 * PAGE });
    const branch = disk.branch();
    await disk.write(0, filled(16 * PAGE, 2));
    expect(await valuesOf(branch, 0, 4 * PAGE)).toEqual([1]);
    const lost = branch.read(8 * PAGE, new Uint8Array(PAGE));
    await expect(lost).rejects.toThrow(/4096 bytes at 32768: .* has overwritten them/);
    await expect(lost).rejects.toMatchObject({ code: 'disk-full' });
    expect(await valuesOf(branch, 16 * PAGE, PAGE)).toEqual([1]);
    await branch.write(8 * PAGE, filled(PAGE, 3));
    expect(await valuesOf(branch, 8 * PAGE, PAGE)).toEqual([3]);
    const later = disk.branch();
    expect(await valuesOf(later, 8 * PAGE, PAGE)).toEqual([2]);
    await branch.close();
    expect(disk.memory.kept).toBe(0);
    await disk.write(8 * PAGE, filled(PAGE, 4));
    expect(await valuesOf(later, 8 * PAGE, PAGE)).toEqual([2]);
  });

  it('for long, the branch loses all, and later ones nothing', async () => {
    /** Ones everywhere, without memory. */
    class Ones extends TestDisk {
      override get size(): number {
        return 2 ** 31;
      }
      override async read(_: number, into: Uint8Array): Promise<void> {
        into.fill(1);
      }
      override async writeZeroes(): Promise<void> {}
    }
    const disk = BranchingDisk.on(new Ones(0), { limit: MIB });
    const branch = disk.branch();
    await disk.writeZeroes(0, 1100 * MIB, true);
    await expect(branch.read(4.2 ** 31, new Uint8Array(512))).rejects.toThrow(/cannot read/);
    expect(disk.memory.kept).toBe(0);
    const later = disk.branch();
    expect((await bytesOf(later, 4.2 ** 31, 512))[0]).toBe(1);
    await branch.close();
    await later.close();
    expect(disk.memory.kept).toBe(0);
  });
});

it('branches of a disk that is only read are only read', async () => {
  const disk = BranchingDisk.on(new TestDisk(MIB, true));
  const branch = disk.branch();
  for (const one of [disk, branch]) {
    const refused = { code: 'disk-read-only' };
    await expect(one.write(0, filled(512, 1))).rejects.toMatchObject(refused);
    await expect(one.discard(0, 512)).rejects.toMatchObject(refused);
    await expect(one.writeZeroes(0, 512, true)).rejects.toMatchObject(refused);
    await one.close();
    await expect(one.read(0, new Uint8Array(512))).rejects.toThrow(/closed already/);
    expect(() => one.branch()).toThrow(/closed already/);
  }
});

it('discards reach the base only where no branch needs what is there', async () => {
  const base = new TestDisk(MIB);
  base.bytes.fill(1);
  const disk = BranchingDisk.on(base);
  const branch = disk.branch();
  await disk.write(4 * PAGE, filled(2 * PAGE, 2));
  base.calls.length = 0;
  await disk.discard(0, MIB);
  expect(base.calls).toEqual([`discard ${4 * PAGE}+${2 * PAGE}`]);
  expect(await valuesOf(branch, 0, 8 * PAGE)).toEqual([1]);
  await branch.close();
  await disk.discard(512, MIB - 512);
  expect(base.calls.at(-1)).toBe(`discard 512+${MIB - 512}`);
});
