import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildGuest } from './build-guest.js';
import { claimBuild, claimUse } from './claims.js';
import { guestsTrouble } from './guest-folder.js';
import { deleteGuest, listGuests, showGuest } from './list.js';

let guests = '';
beforeEach(async () => {
  guests = await mkdtemp(join(tmpdir(), 'hartwood-guests-'));
});
afterEach(() => rm(guests, { recursive: true }));

/** A guest's files, without anything in them that could boot. */
async function place(name: string): Promise<void> {
  const folder = join(guests, name);
  await mkdir(folder);
  for (const file of ['kernel', 'initrd', 'disk.qcow2']) await writeFile(join(folder, file), 'x');
  const manifest = {
    ...{ format: 1, name, created: '2026-01-02T03:04:05Z', suite: 'trixie', include: [] },
    ...{ packages: [], kernel: '6', append: '', size: 4096, used: 0 },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

/** The number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the folder of guests', () => {
  it('lists whole guests by name and says which are damaged', async () => {
    for (const name of ['web', 'db', 'torn']) await place(name);
    await rm(join(guests, 'torn/disk.qcow2'));
    await mkdir(join(guests, '.building-next'));
    const list = await listGuests(guests);
    expect(list.map(({ name, damage }) => [name, damage === undefined])).toEqual([
      ['db', true],
      ['torn', false],
      ['web', true],
    ]);
    await expect(showGuest('torn', guests)).rejects.toMatchObject({ code: 'guest-damaged' });
  });

  it('is empty where there is none', async () => {
    expect(await listGuests(join(guests, 'none'))).toEqual([]);
  });

  it('forgets a deleted guest, and names one that is not there', async () => {
    await place('web');
    await deleteGuest('web', guests);
    expect(await readdir(guests)).toEqual([]);
    await expect(deleteGuest('web', guests)).rejects.toThrow("there is no guest 'web'");
    await expect(showGuest('web', guests)).rejects.toMatchObject({ code: 'guest-name' });
  });

  it('keeps a guest that is in use', async () => {
    await place('web');
    const folder = join(guests, 'web');
    const release = await claimUse(folder, 'web', 'read');
    await expect(deleteGuest('web', guests)).rejects.toMatchObject({ code: 'guest-busy' });
    const other = await claimUse(folder, 'web', 'read');
    await expect(claimUse(folder, 'web', 'write')).rejects.toThrow(`by process ${process.pid}`);
    await release();
    await other();
    await deleteGuest('web', guests);
    expect(await listGuests(guests)).toEqual([]);
  });

  it('takes no notice of users that have died', async () => {
    await place('web');
    await mkdir(join(guests, 'web/users'));
    const dead = `${hostname()} ${await endedProcess()}`;
    await writeFile(join(guests, 'web/users/x.write'), dead);
    const release = await claimUse(join(guests, 'web'), 'web', 'write');
    expect(await readdir(join(guests, 'web/users'))).toHaveLength(1);
    await release();
  });
});

it('an abort without a reason stays what it is', () => {
  expect(guestsTrouble(guests, null)).toBe(null);
});

describe('claims of processes that may have ended', () => {
  const [host, self, parent] = [hostname(), process.pid, process.ppid];
  const use = async (claim: string) => {
    await mkdir(join(guests, 'web/users'), { recursive: true });
    await writeFile(join(guests, 'web/users/x.write'), claim);
    return claimUse(join(guests, 'web'), 'web', 'write');
  };

  // After a reboot, or in a container that was started again, another process has the number.
  it.each([
    ['an earlier process of our number', `${host} ${self}`],
    ['one of our number that began at another time', `${host} ${self} - 1 x`],
    ['one of another number that began at another time', `${host} ${parent} - 1 x`],
    ['one from before the machine was started', `${host} ${parent} other-boot - x`],
  ])('%s holds nothing', async (_, claim) => {
    const release = await use(claim);
    expect(await readdir(join(guests, 'web/users'))).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}\.write$/),
    ]);
    await release();
  });

  it.each([
    ['one of another machine', 'elsewhere 7 boot 1 x', 'by process 7 on elsewhere'],
    ['one of which only the number is known', `${host} ${parent}`, `by process ${parent}`],
  ])('%s is in the way, and how to remove it is told', async (_, claim, who) => {
    const remedy = `${who}; if that has ended, remove ${join(guests, 'web/users/x.write')}`;
    await expect(use(claim)).rejects.toThrow(remedy);
    const work = await claimBuild(guests, 'web');
    await writeFile(join(work, 'owner'), claim);
    await expect(claimBuild(guests, 'web')).rejects.toThrow(
      `${who}; if that has ended, remove ${work}`,
    );
  });

  it('a guest that was deleted does not come back', async () => {
    const claiming = claimUse(join(guests, 'web'), 'web', 'write');
    await expect(claiming).rejects.toMatchObject({ code: 'guest-name' });
    expect(await readdir(guests)).toEqual([]);
  });
});

describe('buildGuest', () => {
  it('refuses names and sizes that cannot be before it does anything', async () => {
    await place('web');
    const building = (name: string, size = '2G') => buildGuest({ name, size, guests });
    await expect(building('../x')).rejects.toMatchObject({ code: 'guest-name' });
    await expect(building('web')).rejects.toThrow("there is a guest 'web' already");
    await expect(building('new', '1M')).rejects.toMatchObject({ code: 'configuration' });
    expect(await readdir(guests)).toEqual(['web']);
  });

  it('leaves nothing where it fails', async () => {
    const building = buildGuest({ name: 'web', guests, signal: AbortSignal.abort('enough') });
    await expect(building).rejects.toBe('enough');
    const unreachable = buildGuest({ name: 'web', guests, mirror: 'http://127.0.0.1:1/debian' });
    await expect(unreachable).rejects.toMatchObject({ code: 'guest-network' });
    expect(await readdir(guests)).toEqual([]);
  });
});

describe('claimBuild', () => {
  it('lets one process build a guest, and takes over from one that died', async () => {
    const folder = await claimBuild(guests, 'web');
    await expect(claimBuild(guests, 'web')).rejects.toThrow(
      `guest 'web' is being built by process ${process.pid}`,
    );
    expect(await readdir(guests)).toEqual(['.building-web']);
    await writeFile(join(folder, 'owner'), `${hostname()} ${await endedProcess()}`);
    await writeFile(join(folder, 'disk.qcow2'), 'half');
    expect(await claimBuild(guests, 'web')).toBe(folder);
    expect(await readdir(folder)).toEqual(['owner']);
  });
});
