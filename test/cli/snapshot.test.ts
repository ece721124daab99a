import { copyFile, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnapshotInfo } from '../../src/snapshot/snapshot-info.js';
import { elfFile } from '../image-maker.js';
import { hartwood, type Run } from './hartwood.js';

let folder: string;
let env: Record<string, string>;
let base: SnapshotInfo;

const run = (...args: string[]): Promise<Run> => hartwood(args, { cwd: folder, env });
const infosOf = async (...args: string[]): Promise<SnapshotInfo[]> =>
  JSON.parse((await run('snapshot', 'list', '--json', ...args)).stdout);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-snapshot-'));
  env = { HARTWOOD_SNAPSHOTS: join(folder, 'store') };
  await writeFile(join(folder, 'note'), 'from outside\n');
  const made = await run(
    ...['snapshot', 'create', 'base', '--json', '--copy-in', 'note:/root/note'],
    ...['--exec', 'echo made > /root/made; echo seen'],
  );
  // What the command prints is no part of the answer.
  expect(made).toMatchObject({ status: 0, stderr: 'seen\n' });
  base = JSON.parse(made.stdout);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a machine that goes on from a snapshot', () => {
  it('has what it had, by name, id and the beginning of one', async () => {
    for (const id of ['base', base.id, base.id.slice(0, 7)]) {
      const found = await run('run', '--from', id, '--exec', 'cat /root/made /root/note');
      expect(found).toEqual({ status: 0, stdout: 'made\nfrom outside\n', stderr: '' });
    }
  });

  it('is another machine each time, and knows what time it is', async () => {
    const script =
      'hostname; od -An -N8 -tx8 /dev/urandom; cat /sys/class/net/eth0/address; date +%s';
    const began = Date.now() / 1000;
    const [one, other] = await Promise.all(
      [1, 2].map(async () => {
        const { stdout } = await run('run', '--from', 'base', '--exec', script);
        return stdout.trim().split(/\s+/);
      }),
    );
    expect(one?.[0]).toMatch(/^hartwood-[0-9a-f]{8}$/);
    for (const which of [0, 1, 2]) expect(one?.[which]).not.toBe(other?.[which]);
    // However long that took.
    expect(Number(one?.[3])).toBeGreaterThan(began - 30);
    expect(Number(one?.[3])).toBeLessThan(Date.now() / 1000 + 30);
  });

  it('shows the prompt that its shell waits behind, and takes what is typed', async () => {
    const typed = await hartwood(['snapshot', 'restore', 'base'], {
      env,
      input: 'echo $((6*7))\n',
    });
    expect(typed.stdout).toMatch(/~ # \S*echo \$\(\(6\*7\)\)\r\n42\r\n/);
    expect(typed.stdout).toContain('Power down');
    expect(typed.status).toBe(0);
  });

  it('copies files, ends by the time limit and with the status of its command', async () => {
    const copied = await run(
      ...['run', '--from', 'base', '--copy-in', 'note:/tmp/in', '--copy-out', '/tmp/in:out'],
      ...['--exec', 'exit 3', '--json'],
    );
    expect(copied.status).toBe(3);
    expect(JSON.parse(copied.stdout)).toMatchObject({ status: 3, engine: 'wasm' });
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('from outside\n');
    const late = await run('run', '--from', 'base', '--timeout', '1', '--exec', 'sleep 100');
    expect(late).toMatchObject({ status: 124, stderr: expect.stringContaining('1 seconds') });
  });

  it('may be kept again, by what has changed', async () => {
    const made = await run(
      ...['snapshot', 'create', 'child', '--from', 'base', '--json'],
      ...['--exec', 'echo more > /root/more'],
    );
    const child: SnapshotInfo = JSON.parse(made.stdout);
    expect(child.parent).toBe(base.id);
    expect(child.newPages).toBeLessThan(base.newPages / 5);
    const found = await run('run', '--from', 'child', '--exec', 'cat /root/made /root/more');
    expect(found.stdout).toBe('made\nmore\n');
    const failed = await run('snapshot', 'create', 'no', '--from', 'base', '--exec', 'exit 9');
    expect(failed).toMatchObject({
      status: 9,
      stdout: '',
      stderr: 'hartwood: the command ended with status 9: nothing is kept\n',
    });
    expect((await run('snapshot', 'list', '--names')).stdout).toBe('base\nchild\n');
    const deleted = await run('snapshot', 'prune', '--keep', '1', '--json');
    expect(JSON.parse(deleted.stdout)).toMatchObject([{ id: base.id }]);
    // The child has all that it needs.
    expect((await run('run', '--from', 'child', '--exec', 'cat /root/made')).stdout).toBe('made\n');
    expect((await run('snapshot', 'verify')).stdout).toMatch(/^1 sound: [1-9]/);
    base = child;
  });
});

describe('what is told of snapshots', () => {
  it('is a table, and what the store takes', async () => {
    const { stdout } = await run('snapshot', 'list');
    expect(stdout).toMatch(/^ID +NAME +TAKEN \(UTC\) +MEMORY +CPUS +PAGES +NEW +STORED +PARENT\n/);
    expect(stdout).toMatch(new RegExp(`^${base.id.slice(0, 12)} +child .* 256M +1 `, 'm'));
    expect(stdout).toMatch(/^1 in .*store, which takes \d+\.\d MB$/m);
    expect(await infosOf()).toEqual([base]);
  });

  it('is the machine, and with --state all of its registers', async () => {
    const { stdout } = await run('snapshot', 'show', 'child', '--state');
    expect(stdout).toContain(`id        ${base.id}\nname      child\n`);
    expect(stdout).toContain('machine   256M of memory, 1 CPU, rv64\nclock     real\n');
    expect(stdout).toMatch(/^hart0, version \d+$/m);
    expect(stdout).toMatch(/^ {2}\w*pc\w* 0x[0-9a-f]+$/m);
    const json = JSON.parse((await run('snapshot', 'show', 'child', '--json')).stdout);
    expect(json).toMatchObject({ ...base, machine: { console: 'virtio' } });
  });
});

describe('a snapshot in one file', () => {
  it('comes out of a store and into another with its id', async () => {
    const out = await run('snapshot', 'export', 'child', 'child.hwsnap', '--json');
    expect(JSON.parse(out.stdout)).toMatchObject({ id: base.id });
    const from = ['run', '--from', 'child', '--store', 'child.hwsnap'];
    expect((await run(...from, '--exec', 'cat /root/more')).stdout).toBe('more\n');
    await run('snapshot', 'import', 'child.hwsnap', '--store', 'other');
    expect(await infosOf('--store', 'other')).toMatchObject([{ id: base.id, name: 'child' }]);
    await run('snapshot', 'delete', 'child', '--store', 'other');
    expect(await infosOf('--store', 'other')).toEqual([]);
    // Its pages are gone as well.
    expect((await stat(join(folder, 'other'))).isDirectory()).toBe(true);
    expect(await readdir(join(folder, 'other/packs'))).toEqual([]);
  });

  it('is refused where it is damaged', async () => {
    const path = join(folder, 'damaged.hwsnap');
    await copyFile(join(folder, 'child.hwsnap'), path);
    const file = await open(path, 'r+');
    await file.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 0, 8, 1_000_000);
    await file.close();
    const found = await run('snapshot', 'verify', '--store', 'damaged.hwsnap');
    expect(found).toMatchObject({ status: 3, stdout: '' });
    expect(found.stderr).toMatch(/^hartwood: .*damaged\.hwsnap.*\n$/);
  });
});

describe('what cannot be', () => {
  it.each([
    [['run', '--from', 'absent'], 3, "there is no snapshot 'absent'"],
    [['run', '--from', 'child', '--memory', '1G'], 2, '--from and --memory exclude each other'],
    [['run', '--from', 'child', '--kernel', 'x'], 2, '--from and --kernel exclude each other'],
    [['run', '--from', 'child', '--clock', 'virtual'], 2, '--from and --clock exclude each other'],
    [['run', 'web', '--from', 'child'], 2, "--from and the built guest 'web' exclude each other"],
    [['run', '--from', 'child', '--engine', 'ts'], 2, "the engine 'ts' cannot fork a VM"],
    [['run', '--store', 'x'], 2, '--store needs --from beside it'],
    [['snapshot', 'prune'], 2, 'prune needs --keep NUMBER or --within DAYS, or both'],
    [['snapshot', 'prune', '--keep', 'all'], 2, "--keep 'all' is no number of snapshots"],
    [['snapshot', 'create', 'a b'], 2, "'a b' is no name of a snapshot"],
    [['snapshot', 'create', 'x', '--bare', 'loop'], 2, '--after SECONDS says it'],
    [['snapshot', 'list', '--store', 'absent'], 3, 'absent'],
    [['snapshot', 'import', 'note'], 3, 'note'],
    [['snapshot', 'delete', 'child', 'absent'], 3, "there is no snapshot 'absent'"],
  ])('is refused: %s', async (args, status, line) => {
    const found = await run(...args);
    expect(found).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(line) });
    expect(found.stderr.split('\n').length).toBe(2);
  });
});

it('is whole after what was refused', async () => {
  expect(await infosOf()).toEqual([base]);
});

it('keeps a bare program after a while', async () => {
  // An endless loop: j .
  await writeFile(join(folder, 'loop'), elfFile(Uint8Array.of(0x6f, 0, 0, 0)));
  const store = ['--store', 'bare.hwsnap'];
  const made = await run(
    ...['snapshot', 'create', 'loop', '--bare', 'loop', '--after', '0.1', ...store],
  );
  expect(made.stdout).toMatch(/^[0-9a-f]{12} loop: /);
  const late = await run('run', '--from', 'loop', '--timeout', '0.2', ...store);
  expect(late.status).toBe(124);
});
