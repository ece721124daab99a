import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/node/cache-directory.js';
import { debianGuest, debianRef } from '../../src/node/guest-store.js';
import { hartwood, startHartwood } from './hartwood.js';

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  await debianGuest();
  folder = await mkdtemp(join(tmpdir(), 'hartwood-warm-'));
  // A cache that has the guest as the library knows it, and nothing that is kept.
  await mkdir(join(folder, 'snapshots'));
  await mkdir(join(folder, 'refs'));
  const ref = join('refs', await debianRef());
  await copyFile(join(cacheDirectory(), ref), join(folder, ref));
  await symlink(join(cacheDirectory(), 'sha256'), join(folder, 'sha256'));
  env = { HARTWOOD_CACHE: folder, HARTWOOD_SNAPSHOTS: '', HARTWOOD_COLD: 'off' };
});
afterAll(() => rm(folder, { recursive: true }));

const UPTIME = "cat /proc/uptime; hostname; date +%s; tr -d '\\n' < /proc/cmdline";
const kept = async () => {
  const { stdout } = await hartwood(['snapshot', 'list', '--json'], { env });
  return JSON.parse(stdout) as { readonly id: string; readonly name: string }[];
};

it('the default guest goes on behind its last boot, and boots where it cannot', async () => {
  // A process that dies while it keeps its machine leaves nothing half done.
  const killed = startHartwood(['run', '--exec', 'echo here'], { env });
  await killed.printed('here');
  killed.kill('SIGKILL');
  await killed.ended;
  expect((await hartwood(['snapshot', 'verify'], { env })).status).toBe(0);

  const cold = await hartwood(['run', '--exec', UPTIME], { env });
  expect(cold).toMatchObject({ status: 0, stderr: '' });
  const [first] = await kept();
  expect(first?.name).toMatch(/^debian@[0-9a-f]{8}-[0-9a-f]{8}$/);

  // Nothing of what was done is in what was kept, and the machine is what it would be had it booted.
  const began = Date.now() / 1000;
  const warm = await hartwood(
    ['run', '--json', '--exec', `test ! -e /root/left && ${UPTIME} && touch /root/left`],
    { env },
  );
  expect(warm.status).toBe(0);
  const [, host, time, commandLine] = warm.stderr.split('\n');
  expect([host, commandLine]).toEqual(cold.stdout.split('\n').filter((_, i) => i % 2 === 1));
  // However long that took.
  expect(Number(time)).toBeGreaterThan(began - 30);
  expect(Number(time)).toBeLessThan(Date.now() / 1000 + 30);
  // It did not boot: it was ready when it began.
  expect(JSON.parse(warm.stdout).secondsToPrompt).toBeLessThanOrEqual(0);
  expect((await kept()).map(({ id }) => id)).toEqual([first?.id]);

  // A user's snapshots are counted, the default guest's are not.
  await hartwood(['snapshot', 'prune', '--keep', '0'], { env });
  expect(await kept()).toHaveLength(1);

  // Damaged, it is of no use: the guest boots, and is kept anew.
  const packs = join(folder, 'snapshots/snapshots');
  for (const name of await readdir(packs)) await truncate(join(packs, name), 100);
  const again = await hartwood(['run', '--exec', 'echo again'], { env });
  expect(again).toMatchObject({ status: 0, stdout: 'again\n', stderr: '' });
});

it('the shell is there at once', async () => {
  const first = await hartwood(['run'], { env, input: 'touch left\n' });
  expect(first.stdout).toContain('Linux version');
  const second = await hartwood(['run'], { env, input: 'ls | wc -l\n' });
  expect(second.stdout).not.toContain('Linux version');
  expect(second.stdout).toMatch(/~ # \S*ls \| wc -l\r\n0\r\n/);
  expect(second.status).toBe(0);
  const cold = startHartwood(['run', '--cold'], { env });
  await cold.printed('Linux version');
  cold.kill('SIGTERM');
  await cold.ended;
});
