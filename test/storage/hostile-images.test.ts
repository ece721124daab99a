import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DiskError } from '../../src/core/errors.js';
import type { Disk } from '../../src/machine/disk.js';
import { openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { setU64 } from '../../src/storage/qcow2/header.js';
import { randomNumbers } from '../core/random.js';
import { MemoryFile } from './memory-file.js';

const SIZE = 256 * 1024;
const CLUSTER = 4096;
/** Where `createQcow2` puts them at this size. */
const [REFCOUNT_TABLE, REFCOUNT_BLOCK, L1, L2] = [CLUSTER, 2 * CLUSTER, 3 * CLUSTER, 5 * CLUSTER];

async function imageBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const file = new MemoryFile();
  await createQcow2(file, { size: SIZE, clusterSize: CLUSTER });
  const disk = await openImage(file);
  for (let at = 0; at < SIZE; at += 3 * CLUSTER) {
    await disk.write(at, new Uint8Array(CLUSTER).fill(1 + at / CLUSTER));
  }
  await disk.close();
  return file.bytes;
}

const u32 = (at: number, value: number) => (view: DataView) => view.setUint32(at, value);
const u64 = (at: number, value: number) => (view: DataView) => setU64(view, at, value);
const copied = (at: number, value: number) => (view: DataView) => {
  setU64(view, at, value);
  view.setUint8(at, 0x80);
};

describe('an image is refused', () => {
  test.each([
    ['of another version', u32(4, 4), /version 4; 2 and 3 are known/],
    ['with clusters too small', u32(20, 8), /clusters of 2\^8/],
    ['with clusters too large', u32(20, 40), /clusters of 2\^40/],
    ['that is encrypted', u32(32, 2), /encrypted \(method 2\)/],
    ['without a size', u64(24, 0), /0 bytes/],
    ['with a size that is no whole number of sectors', u64(24, 1000), /1000 bytes/],
    ['with a size for which its L1 table is too short', u64(24, 2 ** 40), /L1 table of 1 entries/],
    ['with an L1 table that is too long', u32(36, 2 ** 31), /L1 table of/],
    ['with an L1 table beyond its end', u64(40, 2 ** 30), /L1 table at 1073741824, beyond/],
    ['with an L1 table in its header', u64(40, 0), /L1 table at 0/],
    ['with an L1 table that is not aligned', u64(40, L1 + 8), /L1 table at 12296/],
    ['with an L1 table on its refcount table', u64(40, REFCOUNT_TABLE), /on its refcount table/],
    ['without a refcount table', u32(56, 0), /no refcount table/],
    ['with a refcount table that is too long', u32(56, 2 ** 31), /refcount table of/],
    ['with a refcount table beyond its end', u64(48, 2 ** 40), /refcount table at/],
    ['with too many snapshots', u32(60, 2 ** 20), /1048576 snapshots/],
    ['with a feature that nobody knows', u32(76, 1 << 17), /feature bit 17/],
    ['with a feature that nobody knows yet', u32(72, 1 << 31), /feature bit 63/],
    ['with refcounts too wide', u32(96, 7), /refcounts of 2\^7/],
    ['with a header too short', u32(100, 96), /header of 96 bytes/],
    ['with a header too long', u32(100, 2 ** 30), /header of 1073741824 bytes/],
    ['with a backing name outside', u64(8, 4000), /backing file in 0 bytes at 4000/],
    ['with an L2 table that is not aligned', copied(L1, L2 + 512), /L2 table at 20992, not at/],
    ['with an L2 table beyond its end', copied(L1, 2 ** 40), /L2 table at .* beyond/],
    ['with an L2 table on its L1 table', copied(L1, L1), /where its L1 table is/],
    ['with a refcount block on its header', u64(REFCOUNT_TABLE, 512), /refcount block at 512/],
  ])('%s', async (_, harm, message) => {
    const bytes = await imageBytes();
    harm(new DataView(bytes.buffer));
    const opening = openImage(new MemoryFile(bytes), { format: 'qcow2' });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(DiskError);
  });

  test('that is shorter than a header', async () => {
    for (let length = 1; length < 112; length += 10) {
      const bytes = (await imageBytes()).slice(0, length);
      const opening = openImage(new MemoryFile(bytes), { format: 'qcow2' });
      await expect(opening).rejects.toMatchObject({ code: 'disk-format' });
    }
  });
});

describe('a damaged image takes no write', () => {
  async function writes(harm: (view: DataView) => void): Promise<[MemoryFile, Promise<void>]> {
    const bytes = await imageBytes();
    harm(new DataView(bytes.buffer));
    const file = new MemoryFile(bytes);
    const disk = await openImage(file);
    return [file, disk.write(0, new Uint8Array(SIZE).fill(0xee))];
  }

  test.each([
    ['on its L1 table', L1],
    ['on its refcount block', REFCOUNT_BLOCK],
    ['on its header', 512],
    ['beyond its end', 2 ** 40],
  ])('to a cluster %s', async (_, place) => {
    const [file, writing] = await writes(copied(await l2Offset(), place));
    const before = file.bytes;
    await expect(writing).rejects.toMatchObject({ code: 'disk-format' });
    expect(Buffer.compare(file.bytes, before)).toBe(0);
  });

  test('where it counts its tables as free', async () => {
    const [file, writing] = await writes((view) => {
      for (let at = 0; at < CLUSTER; at += 8) setU64(view, REFCOUNT_BLOCK + at, 0);
    });
    const before = file.bytes.subarray(0, 4 * CLUSTER);
    await expect(writing).rejects.toThrow(/counts cluster 0 as free, where its header is/);
    expect(Buffer.compare(file.bytes.subarray(0, 4 * CLUSTER), before)).toBe(0);
  });
});

async function l2Offset(): Promise<number> {
  const view = new DataView((await imageBytes()).buffer);
  return view.getUint32(L1 + 4);
}

test('a compressed cluster that is none is refused, and the disk goes on', async () => {
  const bytes = await imageBytes();
  const view = new DataView(bytes.buffer);
  view.setUint32(await l2Offset(), 0x4000_0000);
  view.setUint32((await l2Offset()) + 4, 6 * CLUSTER);
  const disk = await openImage(new MemoryFile(bytes));
  const sector = new Uint8Array(512);
  await expect(disk.read(0, sector)).rejects.toThrow(/compressed cluster at 24576 .* damaged/);
  await disk.read(3 * CLUSTER, sector);
  expect(sector).toEqual(new Uint8Array(512).fill(4));
});

test('whatever bytes an image has, it is refused or read the same twice, and never hangs', async () => {
  const seed = 20_260;
  const random = randomNumbers(seed);
  const whole = await imageBytes();
  const places = [0, 0, REFCOUNT_TABLE, REFCOUNT_BLOCK, L1, await l2Offset()];
  const ends = { refused: 0, read: 0, written: 0 };
  for (let round = 0; round < 1500; round++) {
    const bytes = whole.slice(0, random(20) === 0 ? random(whole.length) : whole.length);
    for (let change = 0; change <= random(4); change++) {
      const at = (places[random(places.length)] as number) + random(112);
      if (at >= bytes.length) continue;
      bytes[at] = random(3) === 0 ? random(256) : (bytes[at] as number) ^ (1 << random(8));
    }
    const what = `seed ${seed}, round ${round}`;
    const file = new MemoryFile(bytes);
    let disk: Disk;
    try {
      disk = await openImage(file, { format: 'qcow2' });
    } catch (error) {
      expect(error, what).toBeInstanceOf(DiskError);
      ends.refused++;
      continue;
    }
    const read = async () => {
      const pieces: string[] = [];
      for (let at = 0; at < Math.min(disk.size, SIZE); at += CLUSTER) {
        const piece = new Uint8Array(Math.min(CLUSTER, disk.size - at));
        pieces.push(
          await disk.read(at, piece).then(
            () => createHash('sha1').update(piece).digest('hex'),
            (error: unknown) => {
              expect(error, what).toBeInstanceOf(DiskError);
              return String(error);
            },
          ),
        );
      }
      return pieces;
    };
    const first = await read();
    expect(await read(), what).toEqual(first);
    ends.read++;
    const offset = random(Math.min(disk.size, SIZE) / 512) * 512;
    const bytesToWrite = new Uint8Array(Math.min(8192, disk.size - offset)).fill(0xdd);
    await disk.write(offset, bytesToWrite).then(
      async () => {
        const back = new Uint8Array(bytesToWrite.length);
        await disk.read(offset, back);
        expect(Buffer.compare(back, bytesToWrite), what).toBe(0);
        ends.written++;
      },
      (error: unknown) => {
        expect(error, what).toBeInstanceOf(DiskError);
      },
    );
    await disk.close().catch((error: unknown) => expect(error, what).toBeInstanceOf(DiskError));
  }
  expect(ends.refused).toBeGreaterThan(200);
  expect(ends.written).toBeGreaterThan(200);
});
