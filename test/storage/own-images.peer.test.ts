import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFile } from '../../src/node/disk-file.js';
import { openDrive } from '../../src/node/drive.js';
import { type CreateQcow2Options, createQcow2 } from '../../src/storage/qcow2/create.js';
import { DiskModel } from './disk-model.js';
import {
  contents,
  imageFolder,
  qemuCheck,
  qemuImg,
  rawFile,
  readDrive,
  withDrive,
} from './qemu-img.js';

const MB = 2 ** 20;
const { path } = imageFolder();

async function create(image: string, options: CreateQcow2Options): Promise<void> {
  const file = await DiskFile.open(image, { create: true });
  await createQcow2(file, options);
  await file.close();
}

test.each([512, 4096, 65_536, 2 * MB])(
  'an image of ours is one for QEMU: clusters of %i bytes',
  async (clusterSize) => {
    const image = path(`own-${clusterSize}.qcow2`);
    await create(image, { size: 8 * MB, clusterSize });
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
    expect(JSON.parse(await qemuImg('info', '--output=json', image))).toMatchObject({
      format: 'qcow2',
      'virtual-size': 8 * MB,
      'cluster-size': clusterSize,
    });
    const raw = contents(8 * MB, clusterSize);
    const disk = await openDrive(image);
    for (let at = 0; at < raw.length; at += 200 * 512) {
      await disk.write(at, raw.subarray(at, at + 200 * 512));
    }
    await disk.close();
    await rawFile(`${image}.raw`, raw);
    await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', image, `${image}.raw`);
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
    const model = new DiskModel(await openDrive(image), clusterSize, raw.fill(0));
    await model.disk.writeZeroes(0, model.disk.size, true);
    await model.run(100, 8);
    await model.disk.close();
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
    expect(await withDrive(`${image},readonly`, (disk) => model.stale(disk))).toEqual([]);
  },
);

test('the largest image of 512-byte clusters can be made', async () => {
  const image = path('large.qcow2');
  await create(image, { size: 2 ** 37, clusterSize: 512 });
  expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
  const more = { size: 2 ** 37 + 512, clusterSize: 512 };
  await expect(create(path('larger.qcow2'), more)).rejects.toThrow(/holds 137438953472 bytes/);
});

test('an image of ours over a raw file is one for QEMU', async () => {
  const [base, image] = [path('base.raw'), path('over-raw.qcow2')];
  const raw = contents(3 * MB);
  await rawFile(base, raw);
  await create(image, { size: 4 * MB, backing: { name: basename(base), format: 'raw' } });
  expect(JSON.parse(await qemuImg('info', '--output=json', image))).toMatchObject({
    'backing-filename': 'base.raw',
    'backing-filename-format': 'raw',
  });
  const disk = await openDrive(image);
  await disk.write(2 * MB + 512, new Uint8Array(1024).fill(5));
  await disk.close();
  const expected = new Uint8Array(4 * MB);
  expected.set(raw);
  expected.fill(5, 2 * MB + 512, 2 * MB + 1536);
  expect(Buffer.compare(await readDrive(`${image},readonly`), expected)).toBe(0);
  await rawFile(`${image}.expected`, expected);
  await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', image, `${image}.expected`);
  expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
});

test('what is discarded is given back and used again', async () => {
  const image = path('discard.qcow2');
  await create(image, { size: 16 * MB });
  const disk = await openDrive(image);
  const chunk = new Uint8Array(4 * MB).fill(1);
  for (let round = 0; round < 4; round++) {
    await disk.write(round * chunk.length, chunk);
    await disk.flush();
    await disk.discard(round * chunk.length, chunk.length);
    await disk.flush();
  }
  await disk.close();
  expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
  const { size } = await stat(image);
  expect(size).toBeLessThan(6 * MB);
});

test('an image may have more tables than are kept in memory', async () => {
  const image = path('many-tables.qcow2');
  const [size, tables] = [16 * 2 ** 40, 24];
  await create(image, { size, clusterSize: 2 * MB });
  const disk = await openDrive(image);
  const place = (table: number) => table * 2 ** 39 + table * 512;
  const order = Array.from({ length: tables }, (_, index) => (index * 7) % tables);
  await Promise.all(
    order.map((table) => disk.write(place(table), new Uint8Array(512).fill(1 + table))),
  );
  const sectors = await Promise.all(
    order.map(async (table) => {
      const sector = new Uint8Array(1024);
      await disk.read(place(table), sector);
      return [sector[0], sector[511], sector[512]];
    }),
  );
  expect(sectors).toEqual(order.map((table) => [1 + table, 1 + table, 0]));
  await disk.close();
  expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
  await withDrive(`${image},readonly`, async (again) => {
    const sector = new Uint8Array(512);
    for (const table of order) {
      await again.read(place(table), sector);
      expect(sector[0]).toBe(1 + table);
    }
  });
});
