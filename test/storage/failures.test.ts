import { expect, test } from 'vitest';
import { DiskError } from '../../src/core/errors.js';
import { openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { failAt, MemoryFile } from './memory-file.js';
import { checkQcow2 } from './qcow2-checker.js';

const [SIZE, CLUSTER] = [256 * 1024, 1024];

async function image(): Promise<MemoryFile> {
  const file = new MemoryFile();
  await createQcow2(file, { size: SIZE, clusterSize: CLUSTER });
  return file;
}

/** Some work of all kinds; says how many of its operations failed. */
async function work(file: MemoryFile): Promise<number> {
  const disk = await openImage(file);
  const operations = [
    () => disk.write(0, new Uint8Array(20 * CLUSTER).fill(1)),
    () => disk.write(100 * CLUSTER + 512, new Uint8Array(CLUSTER).fill(2)),
    () => disk.flush(),
    () => disk.discard(0, 8 * CLUSTER),
    () => disk.writeZeroes(10 * CLUSTER - 512, 4 * CLUSTER, false),
    () => disk.flush(),
    () => disk.write(200 * CLUSTER, new Uint8Array(30 * CLUSTER).fill(3)),
    () => disk.flush(),
    () => disk.flush(),
  ];
  let failed = 0;
  for (const operation of operations) {
    await operation().catch((error: { code: string }) => {
      expect(error.code).toMatch(/^disk-(io|full)$/);
      failed++;
    });
  }
  file.onCall = () => {};
  await disk.close();
  return failed;
}

test.each([
  ['write', 'full'],
  ['write', 'io'],
  ['flush', 'io'],
  ['read', 'io'],
] as const)(
  'a %s that fails once (%s) fails one request, and harms nothing',
  async (call, kind) => {
    let failures = 0;
    for (let number = 0; number < 60; number++) {
      const file = await image();
      failAt(file, number, kind, call);
      const failed = await work(file).catch(() => 1);
      expect(failed).toBeLessThanOrEqual(1);
      failures += failed;
      file.onCall = () => {};
      const verdict = checkQcow2(file.bytes);
      expect(verdict.errors, `${call} ${number}`).toEqual([]);
    }
    expect(failures).toBeGreaterThan(1);
  },
);

test('a full file system fails writes until there is room, and keeps what was flushed', async () => {
  const file = await image();
  const disk = await openImage(file);
  await disk.write(0, new Uint8Array(10 * CLUSTER).fill(1));
  await disk.flush();
  let room = 30 * CLUSTER;
  file.onCall = (call, offset, length) => {
    if (call === 'write' && offset + length > room) throw new DiskError('full', 'no room left');
  };
  const big = new Uint8Array(100 * CLUSTER).fill(2);
  await expect(disk.write(20 * CLUSTER, big)).rejects.toMatchObject({ code: 'disk-full' });
  room = SIZE * 2;
  await disk.write(20 * CLUSTER, big);
  await disk.close();
  const again = await openImage(new MemoryFile(file.bytes));
  const found = new Uint8Array(120 * CLUSTER);
  await again.read(0, found);
  expect(found.subarray(0, 10 * CLUSTER).every((byte) => byte === 1)).toBe(true);
  expect(found.subarray(20 * CLUSTER).every((byte) => byte === 2)).toBe(true);
  expect(checkQcow2(file.bytes).errors).toEqual([]);
});

test('what was written before the file system was full can be flushed', async () => {
  for (let room = 5; room < 60; room += 3) {
    const file = await image();
    const disk = await openImage(file);
    file.onCall = (call, offset, length) => {
      if (call !== 'write' || offset + length <= room * CLUSTER) return;
      throw new DiskError('full', 'no room left');
    };
    const written: number[] = [];
    for (let cluster = 0; cluster < 60; cluster++) {
      const writing = disk.write(cluster * 4 * CLUSTER, new Uint8Array(CLUSTER).fill(1 + cluster));
      await writing.then(
        () => written.push(cluster),
        (error: DiskError) => expect(error.code).toBe('disk-full'),
      );
    }
    await disk.close();
    expect(checkQcow2(file.bytes)).toEqual({ errors: [], leaks: 0 });
    const again = await openImage(new MemoryFile(file.bytes));
    const sector = new Uint8Array(512);
    for (const cluster of written) {
      await again.read(cluster * 4 * CLUSTER, sector);
      expect(sector[0]).toBe(1 + cluster);
    }
    expect(written.length).toBeLessThan(60);
    if (room > 10) expect(written.length).toBeGreaterThan(0);
  }
});

test('32 reads of what is allocated are under way at once', async () => {
  const file = await image();
  const disk = await openImage(file);
  await disk.write(0, new Uint8Array(64 * CLUSTER).fill(1));
  let most = 0;
  let now = 0;
  const waiting: (() => void)[] = [];
  const read = file.read.bind(file);
  file.read = async (offset, into) => {
    most = Math.max(most, ++now);
    // Nobody goes on before all are here.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 32) for (const go of waiting) go();
    });
    now--;
    await read(offset, into);
  };
  const buffers = Array.from({ length: 32 }, () => new Uint8Array(512));
  await Promise.all(buffers.map((into, index) => disk.read(index * 2 * CLUSTER, into)));
  expect(most).toBe(32);
});

test('flushes that wait at the same time share one', async () => {
  const file = await image();
  const disk = await openImage(file);
  await disk.write(0, new Uint8Array(512).fill(1));
  await disk.flush();
  let flushes = 0;
  file.onCall = (call) => {
    if (call === 'flush') flushes++;
  };
  await Promise.all(Array.from({ length: 20 }, () => disk.flush()));
  expect(flushes).toBe(2);
});

test.each([false, true])(
  'discarding what nobody wrote costs nothing (backing file: %s)',
  async (below) => {
    const file = new MemoryFile();
    const backing = { name: 'base', format: 'raw' as const };
    await createQcow2(file, { size: 2 ** 35, clusterSize: 512, ...(below && { backing }) });
    const resolveBacking = async () => new MemoryFile(new Uint8Array(512), { readOnly: true });
    const disk = await openImage(file, { resolveBacking });
    const calls: string[] = [];
    file.onCall = (call) => calls.push(call);
    await disk.discard(0, disk.size);
    if (!below) await disk.writeZeroes(0, disk.size, true);
    expect(calls).toEqual([]);
  },
);
