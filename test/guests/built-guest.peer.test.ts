/**
 * Builds a small guest from a real mirror's packages and boots it. It takes minutes: `npm run test:peers`.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuest } from '../../src/node/guests/build-guest.js';
import { deleteGuest, listGuests } from '../../src/node/guests/list.js';
import { openGuest } from '../../src/node/guests/open-guest.js';
import { hartwood, type Run } from '../cli/hartwood.js';
import { newHost } from '../integration/guest.js';

let guests = '';
const steps = new Set<string>();
const command = (...args: string[]): Promise<Run> =>
  hartwood(args, { env: { HARTWOOD_GUESTS: guests } });

beforeAll(async () => {
  guests = await mkdtemp(join(tmpdir(), 'hartwood-guests-'));
  await buildGuest({
    name: 'small',
    include: ['hello'],
    size: '512M',
    guests,
    progress: ({ step, item }) => steps.add(`${step} ${item ?? ''}`.trim()),
  });
});

afterAll(() => rm(guests, { recursive: true }));

/** Boots the guest, runs a command, switches the guest off. */
async function runInGuest(script: string, temporary = false): Promise<string> {
  await using guest = await openGuest('small', { guests, temporary });
  await using host = await newHost('320M');
  await using vm = await host.create({ ...guest.spec, memory: '256M' });
  await vm.start();
  const { stdout, stderr, status } = await vm.exec(script);
  await guest.shutDown(vm);
  expect(await vm.stop()).toMatchObject({ kind: 'poweroff' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('a built guest', () => {
  it('tells of each package that it configures, and is listed', async () => {
    for (const step of ['format', 'install', 'configure libc6', 'configure hello', 'finish']) {
      expect([...steps]).toContain(step);
    }
    expect(await readdir(guests)).toEqual(['small']);
    const [entry] = await listGuests(guests);
    expect(entry?.manifest?.packages.map(({ name }) => name)).toContain('hello');
  });

  it('has an image and a file system without faults', async () => {
    const image = join(guests, 'small/disk.qcow2');
    const raw = join(guests, '.raw');
    const run = promisify(execFile);
    await run('qemu-img', ['check', image]);
    await run('qemu-img', ['convert', '-O', 'raw', image, raw]);
    try {
      await run('e2fsck', ['-f', '-n', raw], {
        env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      });
    } finally {
      await rm(raw);
    }
  });

  it('runs its programs with all packages configured', async () => {
    const found = await runInGuest(
      'hello; dpkg --audit; grep -c "ok unpacked" /var/lib/dpkg/status || true',
    );
    expect(found).toBe('Hello, world!\n0\n');
  });

  it('keeps what changed, unless that is not wanted', async () => {
    await runInGuest('echo kept > /root/note');
    expect(await runInGuest('echo more >> /root/note; cat /root/note', true)).toBe('kept\nmore\n');
    const { status, stdout } = await command('run', 'small', '--exec', 'cat /root/note');
    expect([status, stdout]).toEqual([0, 'kept\n']);
  });

  it('has KVM where the processor can run guests', async () => {
    const script = 'ls /dev/kvm; grep -c ^kvm /proc/modules';
    const on = await command('run', 'small', '--cpu', 'rv64,h=on', '--exec', script);
    expect(on).toEqual({ status: 0, stdout: '/dev/kvm\n1\n', stderr: '' });
    expect(await runInGuest('ls /dev | grep -c kvm || true')).toBe('0\n');
  });

  it('takes files and gives them, but not while it runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hartwood-cp-'));
    try {
      await mkdir(join(folder, 'site/sub'), { recursive: true });
      await writeFile(join(folder, 'site/sub/page'), 'text');
      const site = join(folder, 'site');
      expect(await command('cp', site, 'small:/srv')).toMatchObject({ status: 0, stderr: '' });
      const out = await command('cp', 'small:/srv/site/.', join(folder, 'back'));
      expect(out).toMatchObject({ status: 0, stderr: '' });
      expect(await readFile(join(folder, 'back/sub/page'), 'utf8')).toBe('text');

      // Another user that writes is one that runs.
      await using _guest = await openGuest('small', { guests });
      for (const places of [
        [site, 'small:/srv'],
        ['small:/srv', folder],
      ]) {
        const { status, stderr } = await command('cp', ...places);
        expect([status, stderr]).toEqual([
          4,
          `hartwood: guest 'small' is in use by process ${process.pid}\n`,
        ]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is no guest any more once deleted', async () => {
    await deleteGuest('small', guests);
    const { status, stderr } = await command('run', 'small');
    expect(status).toBe(2);
    expect(stderr).toBe(
      "hartwood: there is no guest 'small'; 'hartwood guest list' names those there are\n",
    );
  });
});

describe('packages that cannot be had', () => {
  it.each([
    ['ngnix', "the suite has no package 'ngnix'; near it are nginx"],
    [
      'systemd-sysv,sysvinit-core',
      'package sysvinit-core cannot be had: sysvinit-core conflicts with systemd-sysv',
    ],
    ['mail-transport-agent', 'mail-transport-agent is provided by several packages: '],
  ])('are named: %s', async (include, message) => {
    const { status, stderr } = await command('guest', 'build', 'other', '--include', include);
    expect(status).toBe(4);
    expect(stderr.split('\n').at(-2)).toContain(`hartwood: ${message}`);
    expect((await readdir(guests)).includes('other')).toBe(false);
  });

  it('do not fit on a disk that is too small', async () => {
    const size = ['--size', '256M', '--include', 'gnome-core'];
    const { status, stderr } = await command('guest', 'build', 'other', ...size);
    expect(status).toBe(4);
    expect(stderr).toMatch(/hartwood: these packages need a disk of \d+M at least, not of 256M/);
  });
});
