import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DiskError } from '../../src/core/errors.js';
import type { Disk } from '../../src/machine/disk.js';
import { openDrive } from '../../src/node/drive.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import { openImage } from '../../src/storage/open-image.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { newHost, startGuest } from '../integration/guest.js';
import { inGuest } from './ext4-guest.js';
import { Held } from './held-calls.js';
import { type FileCall, MemoryFile } from './memory-file.js';
import { checkQcow2 } from './qcow2-checker.js';

const MB = 2 ** 20;
const EIO = /Input\/output error|I\/O error/;

let folder = '';
let host: Host;
let vm: Vm;
let log: () => string;
let drives: Disk[];
/** The image behind /dev/vdb. */
const image = new MemoryFile();
const held = new Held(image);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-faults-'));
  await writeFile(join(folder, 'shrinks'), new Uint8Array(4 * MB).fill(1));
  await writeFile(join(folder, 'fixed'), new Uint8Array(2 * MB).fill(2));
  await createQcow2(image, { size: 8 * MB, clusterSize: 4096 });
  drives = [
    await openDrive(`${join(folder, 'shrinks')},format=raw`),
    await openImage(image),
    await openDrive(`${join(folder, 'fixed')},readonly`),
    new MemoryDisk(64 * MB),
  ];
  host = await newHost('128M');
  ({ vm, log } = await startGuest(host, { memory: '112M', drives }));
  await vm.ready();
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await Promise.all(drives.map((disk) => disk.close()));
  await rm(folder, { recursive: true });
});

const read = (disk: string, at: number) =>
  vm.exec(`dd if=/dev/${disk} of=/dev/null iflag=direct bs=4k skip=${at / 4096} count=1`);
const write = (disk: string, at: number) =>
  vm.exec(`dd if=/dev/urandom of=/dev/${disk} oflag=direct bs=4k seek=${at / 4096} count=1`);

/** All other drives serve the guest as before. */
async function othersGoOn(): Promise<void> {
  expect(await inGuest(vm, 'cat /proc/uptime')).toMatch(/^\d/);
  expect((await write('vdd', 0)).status).toBe(0);
  expect((await read('vdc', 0)).status).toBe(0);
}

/** Makes calls of one kind fail while `use` runs. */
async function failing(call: FileCall, error: DiskError, use: () => Promise<void>): Promise<void> {
  image.onCall = (called) => {
    if (called === call) throw error;
  };
  await use().finally(() => {
    image.onCall = () => {};
  });
}

test('drives are /dev/vda and on, in their order', async () => {
  const shown = await inGuest(
    vm,
    'cd /sys/block; for d in vd*; do echo $d $(cat $d/size) $(cat $d/serial) $(cat $d/ro); done',
  );
  expect(shown).toBe(
    `vda ${(4 * MB) / 512} hartwood-0 0\nvdb ${(8 * MB) / 512} hartwood-1 0\n` +
      `vdc ${(2 * MB) / 512} hartwood-2 1\nvdd ${(64 * MB) / 512} hartwood-3 0\n`,
  );
});

test('a drive for reading takes no write', async () => {
  const written = await write('vdc', 0);
  expect(written.status).not.toBe(0);
  expect((await readFile(join(folder, 'fixed'))).every((byte) => byte === 2)).toBe(true);
});

test('a file that shrinks is an I/O error where it is gone, and a disk where it is not', async () => {
  expect((await read('vda', 3 * MB)).status).toBe(0);
  await truncate(join(folder, 'shrinks'), MB);
  const gone = await read('vda', 3 * MB);
  expect(gone.status).not.toBe(0);
  expect(gone.stderr).toMatch(EIO);
  expect((await read('vda', MB - 4096)).status).toBe(0);
  await othersGoOn();
});

test('a read that fails is an I/O error, and the next one is none', async () => {
  expect((await write('vdb', MB)).status).toBe(0);
  await failing('read', new DiskError('io', 'made to fail'), async () => {
    const failed = await read('vdb', MB);
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toMatch(EIO);
    await othersGoOn();
  });
  expect((await read('vdb', MB)).status).toBe(0);
});

test('a full file system is an I/O error until there is room, and nothing is lost', async () => {
  const sum = () => inGuest(vm, 'dd if=/dev/vdb iflag=direct bs=1M count=2 2> /dev/null | md5sum');
  expect((await write('vdb', MB + 4096)).status).toBe(0);
  const before = await sum();
  await failing('write', new DiskError('full', 'made to be full'), async () => {
    const failed = await write('vdb', 4 * MB);
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toMatch(EIO);
    await othersGoOn();
    expect(await sum()).toBe(before);
  });
  expect((await write('vdb', 4 * MB)).status).toBe(0);
  expect(await sum()).toBe(before);
  await inGuest(vm, 'sync');
  expect(checkQcow2(image.bytes).errors).toEqual([]);
});

test("fsync fails if the disk cannot be flushed: the guest's program is told", async () => {
  const synced = 'dd if=/dev/urandom of=/dev/vdb bs=4k seek=700 count=1 conv=fsync';
  await failing('flush', new DiskError('io', 'made to fail'), async () => {
    const failed = await vm.exec(synced);
    expect(failed.status).not.toBe(0);
    expect(failed.stderr).toMatch(EIO);
    await othersGoOn();
  });
  expect((await vm.exec(synced)).status).toBe(0);
});

test('while a disk takes its time, the guest and the event loop go on', async () => {
  held.hold('read');
  let ended = false;
  const reading = read('vdb', MB).finally(() => {
    ended = true;
  });
  await held.waiting();
  let timers = 0;
  const timer = setInterval(() => timers++, 1);
  for (let command = 0; command < 5; command++) await othersGoOn();
  clearInterval(timer);
  expect(timers).toBeGreaterThan(20);
  expect(ended).toBe(false);
  held.release();
  expect((await reading).status).toBe(0);
});

test('a disk that is taken from its driver while programs write to it can be given back', async () => {
  const device = (await inGuest(vm, 'basename $(readlink -f /sys/block/vdd/device)')).trim();
  const driver = '/sys/bus/virtio/drivers/virtio_blk';
  const writer = `(dd if=/dev/zero of=/dev/vdd oflag=direct bs=64k 2> /dev/null; echo $?) &`;
  const ended = await inGuest(
    vm,
    `${writer} ${writer}
     until read -r reads merged sectors ticks writes rest < /sys/block/vdd/stat &&
       [ $writes -gt 50 ]; do :; done
     echo ${device} > ${driver}/unbind && wait
     [ ! -e /dev/vdd ] && echo ${device} > ${driver}/bind && [ -b /dev/vdd ]`,
  );
  // Both were writing.
  expect(ended).toBe('1\n1\n');
  const sum = await inGuest(
    vm,
    `head -c ${MB} /dev/urandom > /tmp/random
     dd if=/tmp/random of=/dev/vdd bs=64k conv=fsync 2> /dev/null
     dd if=/dev/vdd iflag=direct bs=64k count=16 2> /dev/null | md5sum; md5sum < /tmp/random`,
  );
  const [disk, sent] = sum.trim().split('\n');
  expect(disk).toBe(sent);
  await othersGoOn();
});

test('a guest that reboots while its writes are under way finds none of them come later', async () => {
  await inGuest(vm, `dd if=/dev/zero of=/dev/vdb bs=1M count=1 conv=fsync 2> /dev/null`);
  held.hold('write');
  const writing = vm.exec('yes old | dd of=/dev/vdb oflag=direct bs=64k count=16').catch(() => {});
  await held.waiting();
  // Without a sync, which would wait for the writes.
  await expect(vm.exec('echo b > /proc/sysrq-trigger')).rejects.toMatchObject({ code: 'agent' });
  await writing;
  // The next driver is there, and looks for partitions.
  await expect.poll(() => log().match(/virtio_blk .*\[vdb\]/g)).toHaveLength(2);
  held.release();
  await vm.ready();
  const text = await inGuest(
    vm,
    `yes new | dd of=/dev/vdb bs=64k iflag=fullblock count=16 conv=fsync 2> /dev/null
     dd if=/dev/vdb iflag=direct bs=64k count=16 2> /dev/null | sort -u`,
  );
  expect(text).toBe('new\n');
  await othersGoOn();
  expect(checkQcow2(image.bytes).errors).toEqual([]);
});

test('a disk is one drive of one VM at a time', async () => {
  const spec = { guest: 'debian', memory: '112M', drives } as const;
  await expect(host.create(spec)).rejects.toMatchObject({ code: 'configuration' });
  await vm[Symbol.asyncDispose]();
  await (await host.create(spec))[Symbol.asyncDispose]();
});
