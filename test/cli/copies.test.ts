import { mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hartwood } from './hartwood.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-copies-'));
  await mkdir(join(folder, 'src/in side'), { recursive: true });
  await writeFile(join(folder, 'src/program'), 'echo run', { mode: 0o755 });
  await writeFile(join(folder, 'src/in side/bytes'), new Uint8Array(300_000).fill(0xfe));
  await symlink('program', join(folder, 'src/link'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('copies around a command', () => {
  it('bring a tree into the guest and out of it, as it was, whatever the status', async () => {
    const run = await hartwood(
      [
        ...['run', '--copy-in', 'src:/root', '--copy-in', 'src/.:/root/flat'],
        ...['--copy-in', 'src/program:/bin/own'],
        ...['--exec', 'cd /root/src; ./program; own; ls ../flat; echo result > /tmp/r; exit 7'],
        ...['--copy-out', '/root/src:back', '--copy-out', '/tmp/r:.', '--copy-out', '/tmp/r:as'],
      ],
      { cwd: folder },
    );
    expect(run).toEqual({ status: 7, stdout: 'run\nrun\nin side\nlink\nprogram\n', stderr: '' });
    const back = join(folder, 'back');
    const bytes = await readFile(join(back, 'in side/bytes'));
    expect(Buffer.compare(bytes, await readFile(join(folder, 'src/in side/bytes')))).toBe(0);
    expect(await readlink(join(back, 'link'))).toBe('program');
    expect((await stat(join(back, 'program'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(folder, 'r'), 'utf8')).toBe('result\n');
    expect(await readFile(join(folder, 'as'), 'utf8')).toBe('result\n');
  });

  it('name what is not there', async () => {
    const copies = ['--copy-in', 'src:/root', '--copy-out', '/root/none:.'];
    const run = await hartwood(['run', ...copies, '--exec', 'true'], { cwd: folder });
    expect(run).toEqual({
      status: 7,
      stdout: '',
      stderr: "hartwood: cannot stat '/root/none' in the guest: no such file or folder (ENOENT)\n",
    });
  });
});
