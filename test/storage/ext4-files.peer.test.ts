import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DiskFile } from '../../src/node/disk-file.js';
import { openDrive } from '../../src/node/drive.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { newHost, startGuest } from '../integration/guest.js';
import { ext4Guest, inGuest } from './ext4-guest.js';
import { mustBeClean } from './ext4-image.js';
import { imageFolder, qemuCheck, qemuImg, readByQemu } from './qemu-img.js';

const MB = 2 ** 20;
const SIZE = 64 * MB;
const FOLDERS = 100;
const FILES_EACH = 100;
const { path } = imageFolder();

/** Runs a guest on drives, `use`s it, and switches it off by its power cord. */
async function withGuest(host: Host, drives: readonly string[], use: (vm: Vm) => Promise<void>) {
  const disks = await Promise.all(drives.map((drive) => openDrive(drive)));
  const { vm } = await startGuest(host, { ...(await ext4Guest()), memory: '192M', drives: disks });
  await use(vm);
  await vm[Symbol.asyncDispose]();
  await Promise.all(disks.map((disk) => disk.close()));
}

/** Bytes of a disk that an image holds data for. */
async function allocated(image: string): Promise<number> {
  const pieces = JSON.parse(await qemuImg('map', '--output=json', '-f', 'qcow2', image));
  return pieces.reduce(
    (sum: number, piece: { data: boolean; length: number }) =>
      sum + (piece.data ? piece.length : 0),
    0,
  );
}

/** Each file's path, size and time, and a hash of its content. */
const SUMS = `find . -type f | sort | xargs sh -c 'stat -c "%n %s %Y" "$@"; md5sum "$@"' _`;

/** Shell built-ins only: a program for each file would take the guest minutes. */
const FILL = `
  line='0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  f=0
  while [ $f -lt ${FOLDERS} ]; do
    mkdir $f
    text="$f $line"
    i=0
    while [ $i -lt ${FILES_EACH} ]; do
      case $i in *7) text="$text$text" ;; *0) text="$i $line" ;; esac
      echo "$f $i $text" > $f/$i
      i=$((i + 1))
    done
    f=$((f + 1))
  done`;

test('10,000 files on ext4, in a raw and in a qcow2 image, are there in the next guest', {
  timeout: 600_000,
}, async () => {
  const [raw, qcow2, copy] = [path('disk.raw'), path('disk.qcow2'), path('copy.raw')];
  await writeFile(raw, new Uint8Array(SIZE));
  await writeFile(copy, new Uint8Array(SIZE));
  const file = await DiskFile.open(qcow2, { create: true });
  await createQcow2(file, { size: SIZE });
  await file.close();
  const drives = [`${raw},format=raw`, `${qcow2},format=qcow2`, `${copy},format=raw`];

  await using host = await newHost('256M');
  const sums: string[] = [];
  await withGuest(host, drives, async (vm) => {
    for (const [disk, folder] of [
      ['vda', '/a'],
      ['vdb', '/b'],
    ]) {
      await inGuest(vm, `/sbin/mke2fs -q -t ext4 -N 12000 /dev/${disk} && mkdir ${folder}`);
      await inGuest(vm, `mount -t ext4 /dev/${disk} ${folder} && rmdir ${folder}/lost+found`);
      await inGuest(vm, `cd ${folder} && ${FILL}`);
      sums.push(await inGuest(vm, `cd ${folder} && ${SUMS}`));
    }
    await inGuest(vm, 'umount /a /b && dd if=/dev/vdb of=/dev/vdc bs=64k 2> /dev/null && sync');
  });
  for (const lines of sums) expect(lines.match(/\n/g)).toHaveLength(2 * FOLDERS * FILES_EACH);

  await mustBeClean(raw);
  await mustBeClean(copy);
  expect(await qemuCheck(qcow2)).toEqual({ errors: 0, leaks: 0 });
  await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', qcow2, copy);

  const full = await allocated(qcow2);
  await withGuest(host, drives, async (vm) => {
    await inGuest(vm, 'mkdir /a /b && mount /dev/vda /a && mount /dev/vdb /b');
    expect(await inGuest(vm, `cd /a && ${SUMS}`)).toBe(sums[0]);
    expect(await inGuest(vm, `cd /b && ${SUMS}`)).toBe(sums[1]);
    await inGuest(vm, 'rm -r /b/* && sync && fstrim /b && umount /a /b');
  });
  await mustBeClean(raw);
  expect(await qemuCheck(qcow2)).toEqual({ errors: 0, leaks: 0 });
  // What the guest said it no longer needs, the image has given back.
  expect(full).toBeGreaterThan(FOLDERS * FILES_EACH * 1024);
  expect(await allocated(qcow2)).toBeLessThan(full / 2);
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', qcow2, copy);
  await mustBeClean(copy);
});

test('what Linux discards or zeroes reaches the image', { timeout: 300_000 }, async () => {
  const [raw, qcow2] = [path('zeroes.raw'), path('zeroes.qcow2')];
  const size = 8 * MB;
  const content = new Uint8Array(size).fill(7);
  await writeFile(raw, content);
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', raw, qcow2);
  await using host = await newHost('256M');
  await withGuest(host, [`${raw},format=raw`, qcow2], async (vm) => {
    for (const disk of ['vda', 'vdb']) {
      // Not where clusters begin and end.
      await inGuest(vm, `/sbin/blkdiscard -z -o 1536000 -l 1048576 /dev/${disk}`);
      await inGuest(vm, `/sbin/blkdiscard -o ${4 * MB} -l ${2 * MB} /dev/${disk}`);
    }
  });
  content.fill(0, 1_536_000, 1_536_000 + MB);
  expect(Buffer.compare(await readFile(raw), content)).toBe(0);
  content.fill(0, 4 * MB, 6 * MB);
  expect(Buffer.compare(await readByQemu(qcow2), content)).toBe(0);
  expect(await allocated(qcow2)).toBeLessThan(6 * MB);
  expect(await qemuCheck(qcow2)).toEqual({ errors: 0, leaks: 0 });
});
