import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDrive } from '../../src/node/drive.js';
import { DiskModel } from './disk-model.js';
import {
  contents,
  imageFolder,
  qemuCheck,
  qemuImg,
  qemuIo,
  rawFile,
  readByQemu,
  readDrive,
  withDrive,
} from './qemu-img.js';

const MB = 2 ** 20;
const { path } = imageFolder();

const equal = (found: Uint8Array, expected: Uint8Array) => Buffer.compare(found, expected) === 0;

/** What `qemu-img convert` and `create` are told, and the size of the disk. */
const MADE_BY_QEMU: readonly (readonly [string, string[], number])[] = [
  ['version 2', ['-o', 'compat=0.10'], 4 * MB],
  ['version 3', ['-o', 'compat=1.1'], 4 * MB],
  ['compressed, version 2', ['-c', '-o', 'compat=0.10'], 4 * MB],
  ['compressed, version 3', ['-c'], 4 * MB],
  ['compressed, 4K clusters', ['-c', '-o', 'cluster_size=4K'], 4 * MB],
  ['compressed, 2M clusters', ['-c', '-o', 'cluster_size=2M'], 8 * MB],
  ['512-byte clusters', ['-o', 'cluster_size=512'], MB],
  ['4K clusters', ['-o', 'cluster_size=4K'], 4 * MB],
  ['2M clusters', ['-o', 'cluster_size=2M'], 8 * MB],
  ['preallocated metadata', ['-o', 'preallocation=metadata'], 4 * MB],
  ['preallocated', ['-o', 'preallocation=full'], 4 * MB],
  ['a size that ends in a cluster', [], 3 * MB + 512],
  ...[1, 2, 4, 8, 32, 64].map((bits): [string, string[], number] => [
    `refcounts of ${bits} bits`,
    ['-o', `refcount_bits=${bits},cluster_size=4K`],
    4 * MB,
  ]),
];

describe('an image made by qemu-img', () => {
  test.each(MADE_BY_QEMU)(
    '%s: reads as QEMU reads it, and takes writes',
    async (name, how, size) => {
      const image = path(`${name.replaceAll(/[^a-z0-9]/gi, '-')}.qcow2`);
      const raw = contents(size);
      await rawFile(`${image}.source`, raw);
      await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...how, `${image}.source`, image);
      expect(equal(await readDrive(`${image},readonly`), raw)).toBe(true);

      const model = new DiskModel(await openDrive(image), size, raw);
      await model.run(120, 4);
      expect(await model.stale()).toEqual([]);
      await model.disk.close();
      expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
      expect(equal(await readByQemu(image), await readDrive(`${image},readonly`))).toBe(true);
      expect(await withDrive(`${image},readonly`, (disk) => model.stale(disk))).toEqual([]);
    },
  );

  test('with zero clusters of both kinds reads as QEMU reads it', async () => {
    const image = path('zeros.qcow2');
    await qemuImg('create', '-f', 'qcow2', image, '4M');
    await qemuIo(
      image,
      'write -P 7 0 1M',
      'write -z 0 128k',
      'write -z -u 256k 128k',
      'discard 512k 64k',
    );
    const expected = await readByQemu(image);
    expect(expected.subarray(128 * 1024, 256 * 1024).every((byte) => byte === 7)).toBe(true);
    expect(equal(await readDrive(`${image},readonly`), expected)).toBe(true);
    const disk = await openDrive(image);
    await disk.write(512, new Uint8Array(512).fill(9));
    await disk.write(256 * 1024, new Uint8Array(512).fill(9));
    await disk.close();
    expected.fill(9, 512, 1024).fill(9, 256 * 1024, 256 * 1024 + 512);
    expect(equal(await readByQemu(image), expected)).toBe(true);
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
  });

  test('with snapshots keeps them while the disk is written to', async () => {
    const image = path('snapshots.qcow2');
    const raw = contents(4 * MB);
    await rawFile(`${image}.source`, raw);
    const how = ['-O', 'qcow2', '-o', 'cluster_size=4K'];
    await qemuImg('convert', '-f', 'raw', ...how, `${image}.source`, image);
    await qemuImg('snapshot', '-c', 'before', image);
    const model = new DiskModel(await openDrive(image), 3, raw);
    await model.run(100, 4);
    await model.disk.close();
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
    await qemuImg('snapshot', '-c', 'between', image);
    const again = await openDrive(image);
    await again.write(0, new Uint8Array(64 * 1024).fill(1));
    await again.discard(MB, MB);
    await again.close();
    expect(await qemuCheck(image)).toEqual({ errors: 0, leaks: 0 });
    await qemuImg('snapshot', '-a', 'before', image);
    expect(equal(await readByQemu(image), raw)).toBe(true);
    expect(equal(await readDrive(`${image},readonly`), raw)).toBe(true);
    await qemuImg('snapshot', '-a', 'between', image);
    expect(await withDrive(`${image},readonly`, (disk) => model.stale(disk))).toEqual([]);
  });

  test.each([
    ['0.10', []],
    ['1.1', []],
    ['1.1', ['-c']],
  ])('over a chain of backing files reads as QEMU reads it (compat=%s %s)', async (compat, how) => {
    const name = `chain-${compat}-${how.join('')}`;
    const [base, middle, top] = ['base', 'middle', 'top'].map((link) => path(`${name}-${link}`));
    const raw = contents(3 * MB);
    await rawFile(`${base}.source`, raw);
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', ...how, `${base}.source`, base as string);
    const link = async (image: string, below: string, size: string) => {
      const backing = ['-b', basename(below), '-F', 'qcow2'];
      await qemuImg('create', '-f', 'qcow2', '-o', `compat=${compat}`, ...backing, image, size);
    };
    await link(middle as string, base as string, '4M');
    await qemuIo(
      middle as string,
      'write -P 1 64k 64k',
      'write -P 2 1000k 10k',
      'write -z 2M 100k',
    );
    await link(top as string, middle as string, '5M');
    await qemuIo(top as string, 'write -P 3 70k 4k', 'write -P 4 4M 1M');
    const expected = await readByQemu(top as string);
    expect(equal(await readDrive(`${top},readonly`), expected)).toBe(true);

    const below = await Promise.all([base, middle].map((file) => readFile(file as string)));
    const model = new DiskModel(await openDrive(top as string), 11, expected);
    await model.run(120, 4);
    await model.disk.close();
    expect(await qemuCheck(top as string)).toEqual({ errors: 0, leaks: 0 });
    const found = await readDrive(`${top},readonly`);
    expect(equal(await readByQemu(top as string), found)).toBe(true);
    expect(await withDrive(`${top},readonly`, (disk) => model.stale(disk))).toEqual([]);
    const after = await Promise.all([base, middle].map((file) => readFile(file as string)));
    expect(after.map((bytes, index) => bytes.equals(below[index] as Buffer))).toEqual([true, true]);
  });

  test('loses its bitmaps to a writer, as the format wants it', async () => {
    const image = path('bitmaps.qcow2');
    await qemuImg('create', '-f', 'qcow2', image, '1M');
    await qemuImg('bitmap', '--add', image, 'changes');
    const disk = await openDrive(image);
    await disk.write(0, new Uint8Array(512).fill(1));
    await disk.close();
    expect((await qemuCheck(image)).errors).toBe(0);
    const info = await qemuImg('info', '--output=json', image);
    expect(info).not.toContain('"name": "changes"');
  });

  test.each([
    ['subclusters', ['-o', 'extended_l2=on'], /subclusters/],
    ['data in another file', ['-o', 'data_file=FOLDER/data.raw'], /another file/],
    ['zstd', ['-o', 'compression_type=zstd'], /zstd/],
  ])('with %s is refused by name', async (name, how, message) => {
    const image = path(`refused-${name.replaceAll(' ', '-')}.qcow2`);
    const options = how.map((word) => word.replace('FOLDER', path('.')));
    await qemuImg('create', '-f', 'qcow2', ...options, image, '1M');
    await expect(openDrive(`${image},readonly`)).rejects.toThrow(message);
    await expect(openDrive(image)).rejects.toMatchObject({ code: 'disk-format' });
  });

  test('that was not closed is read, and not written to', async () => {
    const image = path('dirty.qcow2');
    await qemuImg('create', '-f', 'qcow2', image, '1M');
    const bytes = await readFile(image);
    for (const [bit, message] of [
      [1, /not closed/],
      [2, /marked as damaged/],
    ] as const) {
      bytes[79] = bit;
      await writeFile(image, bytes);
      await expect(openDrive(image)).rejects.toThrow(message);
      expect((await readDrive(`${image},readonly`)).length).toBe(MB);
    }
  });
});
