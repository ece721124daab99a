import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQcow2, DiskFile, openDrive } from '../../src/node/door.js';
import { elfFile } from '../image-maker.js';
import { hartwood, startHartwood } from './hartwood.js';

const SIZE = 2 ** 20;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-drives-'));
  for (const name of ['raw', 'overlaid', 'fixed']) {
    await writeFile(join(folder, name), new Uint8Array(SIZE));
  }
  const file = await DiskFile.open(join(folder, 'qcow2'), { create: true });
  await createQcow2(file, { size: SIZE });
  await file.close();
  await writeFile(join(folder, 'broken'), (await readFile(join(folder, 'qcow2'))).subarray(0, 80));
  // An endless loop: j .
  await writeFile(join(folder, 'loop'), elfFile(Uint8Array.of(0x6f, 0, 0, 0)));
  await mkdir(join(folder, 'directory'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The first bytes of a drive, as text. */
async function content(drive: string): Promise<string> {
  const disk = await openDrive(join(folder, drive));
  const sector = new Uint8Array(512);
  await disk.read(0, sector).finally(() => disk.close());
  return new TextDecoder().decode(sector.subarray(0, sector.indexOf(0)));
}

describe('drives', () => {
  it("are the guest's disks in their order, and keep what was written when the command is killed", async () => {
    const disks = ['raw', 'qcow2', 'overlaid,overlay', 'fixed,readonly'];
    const write = 'printf written | dd of=/dev/vd$d conv=fsync 2>/dev/null && echo $d';
    const script = `for d in a b c d; do ${write}; done; cat /proc/partitions; sleep 1000`;
    const args = ['run', ...disks.flatMap((disk) => ['--drive', disk]), '--exec', script];
    const run = startHartwood(args, { cwd: folder });
    await run.printed('vdd\n');
    run.kill('SIGTERM');
    const { status, stdout } = await run.ended;
    expect(status).toBe(143);
    expect(stdout).toMatch(/^a\nb\nc\nmajor/);
    expect(stdout.match(/1024 vd[a-d]$/gm)?.length).toBe(4);
    expect(await content('raw')).toBe('written');
    expect(await content('qcow2')).toBe('written');
    expect(await content('overlaid')).toBe('');
    expect(await content('fixed')).toBe('');
  });

  it.each<[drives: string, status: number, line: RegExp]>([
    ['absent', 3, /'absent' cannot be opened for writing: there is no such file/],
    ['directory', 3, /'directory' is a directory; a disk is a file or a block device/],
    ['broken', 3, /broken/],
    ['raw raw', 3, /'raw' is in use already/],
    ['/dev/null', 3, /is a character device/],
    ['raw,format=vmdk', 2, /the format 'vmdk' is not known; right would be FILE/],
    ['raw,readonly,overlay', 2, /readonly and overlay exclude each other/],
    ['raw overlaid fixed qcow2 loop', 3, /'loop' has/],
  ])('"%s" ends in one line', async (drives, status, line) => {
    const options = drives.split(' ').flatMap((drive) => ['--drive', drive]);
    const run = await hartwood(['run', '--bare', 'loop', ...options], { cwd: folder });
    expect(run.stderr).toMatch(line);
    expect(run.stderr).toMatch(/^hartwood: .+\n$/);
    expect(run.status).toBe(status);
  });

  it('are four at most', async () => {
    const names = ['1', '2', '3', '4', '5'];
    for (const name of names) {
      await writeFile(join(folder, name), '');
      await truncate(join(folder, name), SIZE);
    }
    const options = names.flatMap((drive) => ['--drive', drive]);
    const run = await hartwood(['run', '--bare', 'loop', ...options], { cwd: folder });
    expect(run).toMatchObject({ status: 2, stderr: expect.stringContaining('room for 4 drives') });
  });
});

describe('a command whose output nobody reads any more', () => {
  it('ends as by SIGPIPE, and closes its drives', async () => {
    const script = 'printf piped | dd of=/dev/vda conv=fsync 2>/dev/null; yes';
    const args = ['run', '--drive', 'qcow2', '--exec', script];
    const run = startHartwood(args, { cwd: folder });
    await run.printed('y\ny\n');
    run.closeOutput();
    expect((await run.ended).status).toBe(141);
    expect(await content('qcow2')).toMatch(/^piped/);
  });
});
