import { describe, expect, it } from 'vitest';
import { SnapshotError } from '../core/errors.js';
import { BranchingDisk } from '../storage/branching/branching-disk.js';
import { extentsOf } from '../storage/extents.js';
import { type PageSource, SnapshotDisk } from './snapshot-disk.js';

const PAGE = 4096;

/** Pages that are full of their own numbers. */
function sourceOf(numbers: readonly number[], asked: number[] = []): PageSource {
  const pages = Uint32Array.from(numbers);
  return {
    pages: (area) => (area === 'disk0' ? pages : new Uint32Array(0)),
    read: async (_, indices) => {
      asked.push(indices.length);
      const bytes = new Uint8Array(indices.length * PAGE);
      for (const [at, index] of indices.entries()) {
        bytes.fill(pages[index] as number, at * PAGE, (at + 1) * PAGE);
      }
      return bytes;
    },
  };
}

async function read(disk: SnapshotDisk | BranchingDisk, offset: number, length: number) {
  const bytes = new Uint8Array(length).fill(0xee);
  await disk.read(offset, bytes);
  return bytes;
}

describe("a snapshot's disk", () => {
  it('has the pages of its area, and zeros elsewhere', async () => {
    const size = 20 * PAGE - 512;
    const numbers = [1, 2, 5, 19];
    const disk = new SnapshotDisk(sourceOf(numbers), 'disk0', size);
    const whole = new Uint8Array(20 * PAGE);
    for (const page of numbers) whole.fill(page, page * PAGE, (page + 1) * PAGE);
    expect(Buffer.compare(await read(disk, 0, size), whole.subarray(0, size))).toBe(0);
    for (let offset = 0; offset < size; offset += 1536) {
      for (const length of [512, PAGE, 3 * PAGE + 512]) {
        const end = Math.min(size, offset + length);
        const found = await read(disk, offset, end - offset);
        expect(Buffer.compare(found, whole.subarray(offset, end))).toBe(0);
      }
    }
    const told: string[] = [];
    for await (const extent of extentsOf(disk, PAGE + 512, size - PAGE - 512)) {
      told.push(`${extent.offset}+${extent.length}`);
    }
    expect(told).toEqual([
      `${PAGE + 512}+${2 * PAGE - 512}`,
      `${5 * PAGE}+${PAGE}`,
      `${19 * PAGE}+${PAGE - 512}`,
    ]);
  });

  it('asks for a few pages at a time, and for none where there are zeros', async () => {
    const asked: number[] = [];
    const numbers = Array.from({ length: 600 }, (_, index) => index);
    const disk = new SnapshotDisk(sourceOf(numbers, asked), 'disk0', 2 ** 40);
    await read(disk, 0, 700 * PAGE);
    await read(disk, 2 ** 39, 2 ** 20);
    expect(asked).toEqual([256, 256, 88]);
  });

  it('is only read, and lies beneath a disk that writes to memory', async () => {
    const disk = new SnapshotDisk(sourceOf([0]), 'disk1', PAGE);
    const refused = { code: 'disk-read-only' };
    await expect(disk.write()).rejects.toMatchObject(refused);
    await expect(disk.discard()).rejects.toMatchObject(refused);
    await expect(disk.writeZeroes()).rejects.toMatchObject(refused);
    const over = BranchingDisk.over(new SnapshotDisk(sourceOf([1]), 'disk0', 2 * PAGE));
    const branch = over.branch();
    await over.write(PAGE, new Uint8Array(512).fill(7));
    expect((await read(over, PAGE, 1024)).filter((byte) => byte === 1)).toHaveLength(512);
    expect(await read(branch, PAGE, PAGE)).toEqual(new Uint8Array(PAGE).fill(1));
    await over.close();
    await branch.close();
  });

  it('says what of it cannot be read, and why', async () => {
    const cause = new SnapshotError('damaged', 'the pack 12 is damaged');
    const source = { ...sourceOf([3]), read: () => Promise.reject(cause) };
    const disk = new SnapshotDisk(source, 'disk0', 2 ** 20);
    await read(disk, 0, PAGE);
    const failed = read(disk, 3 * PAGE + 512, 512);
    await expect(failed).rejects.toMatchObject({ code: 'disk-io', cause });
    await expect(failed).rejects.toThrow(/'disk0' .* 4096 bytes at 12288 .* pack 12 is damaged/);
  });

  it('is refused if its pages go beyond its end', () => {
    const source = sourceOf([0, 256]);
    expect(() => new SnapshotDisk(source, 'disk0', 2 ** 20)).toThrow(/no page 256/);
    expect(() => new SnapshotDisk(source, 'disk0', 1000)).toThrow(/no size for a disk/);
  });
});
