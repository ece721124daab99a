import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawDisk } from '../storage/raw-disk.js';
import { DiskFile } from './disk-file.js';
import { fileTrouble } from './file-trouble.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-disk-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, size: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, new Uint8Array(size).fill(7));
  return path;
}

describe('a file as a disk', () => {
  it('reads, writes, grows, and is flushed', async () => {
    const path = await file('disk.img', 4096);
    const disk = await DiskFile.open(path);
    await disk.write(512, new Uint8Array(512).fill(1));
    await disk.write(8192, new Uint8Array(512).fill(2));
    expect(disk.size).toBe(8704);
    await Promise.all([disk.flush(), disk.flush(), disk.flush()]);
    const bytes = new Uint8Array(8704);
    await disk.read(0, bytes);
    await disk.close();
    expect(Buffer.compare(bytes, await readFile(path))).toBe(0);
    expect([bytes[0], bytes[512], bytes[4096], bytes[8192]]).toEqual([7, 1, 0, 2]);
  });

  it('says so when it has shrunk', async () => {
    const path = await file('disk.img', 8192);
    const disk = RawDisk.open(await DiskFile.open(path));
    await truncate(path, 1000);
    const sector = new Uint8Array(512);
    await disk.read(0, sector);
    await expect(disk.read(512, sector)).rejects.toMatchObject({
      code: 'disk-io',
      message: `'${path}' has 1000 bytes and had 8192: what was asked for ends at 1024`,
    });
    await disk.close();
  });

  it('is not made where one is', async () => {
    const path = await file('disk.img', 512);
    await expect(DiskFile.open(path, { create: true })).rejects.toThrow(/cannot be made/);
    expect((await readFile(path)).length).toBe(512);
  });

  it('has one writer, by whatever path, or many readers', async () => {
    const path = await file('disk.img', 512);
    const other = join(folder, 'other.img');
    await symlink(path, other);
    const writer = await DiskFile.open(path);
    const busy = { code: 'disk-unavailable', message: /is in use already/ };
    await expect(DiskFile.open(other)).rejects.toMatchObject({ code: busy.code });
    await expect(DiskFile.open(other, { readOnly: true })).rejects.toThrow(busy.message);
    await writer.close();
    const readers = [
      await DiskFile.open(path, { readOnly: true }),
      await DiskFile.open(other, { readOnly: true }),
    ];
    await expect(DiskFile.open(path)).rejects.toThrow(/in use already, by a disk that reads it/);
    // Closed twice, one of them does not let go for the other.
    await readers[0]?.close();
    await readers[0]?.close();
    await expect(DiskFile.open(path)).rejects.toThrow(/in use already, by a disk that reads it/);
    await readers[1]?.close();
    await (await DiskFile.open(path)).close();
  });

  it('is not to be had any more once it is closed, whoever has its number then', async () => {
    const closed = await DiskFile.open(await file('disk.img', 512));
    await closed.close();
    const path = await file('other.img', 512);
    const other = await DiskFile.open(path);
    const late = [
      () => closed.write(0, new Uint8Array(512)),
      () => closed.read(0, new Uint8Array(512)),
      () => closed.truncate(0),
      () => closed.flush(),
    ];
    for (const call of late) {
      await expect(call()).rejects.toMatchObject({
        code: 'disk-unavailable',
        message: expect.stringMatching(/disk\.img' was closed$/),
      });
    }
    await other.close();
    expect(new Uint8Array(await readFile(path))).toEqual(new Uint8Array(512).fill(7));
  });

  it('is a file or a block device and nothing else', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const socket = join(folder, 'socket');
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    await mkdir(join(folder, 'directory'));
    for (const readOnly of [true, false]) {
      const open = (path: string) => DiskFile.open(path, { readOnly });
      await expect(open(pipe)).rejects.toThrow(/is a pipe; a disk is a file or a block device/);
      await expect(open(socket)).rejects.toThrow(/is a socket/);
      await expect(open('/dev/zero')).rejects.toThrow(/is a character device/);
      await expect(open(join(folder, 'directory'))).rejects.toThrow(/is a directory/);
      await expect(open(join(folder, 'nothing'))).rejects.toThrow(/there is no such file/);
    }
    server.close();
  });

  it.each([
    [0, /is empty/],
    [1000, /has 1000 bytes, no whole number of 512-byte sectors; lengthen it to 1024/],
  ])('cannot have %i bytes', async (size, message) => {
    const opened = await DiskFile.open(await file('disk.img', size));
    expect(() => RawDisk.open(opened)).toThrow(message);
    await opened.close();
  });
});

it.each([
  ['ENOSPC', 'disk-full', /written: its file system has no room left/],
  ['EDQUOT', 'disk-full', /quota/],
  ['EIO', 'disk-io', /the device failed/],
  ['EROFS', 'disk-unavailable', /its file system is read-only/],
  ['EACCES', 'disk-unavailable', /its permissions forbid it/],
  ['EOVERFLOW', 'disk-io', /EOVERFLOW: odd/],
])('what the system calls %s is said in words', (code, kind, message) => {
  const cause = Object.assign(new Error(`${code}: odd`), { code });
  const error = fileTrouble('disk.img', 'written', cause);
  expect(error).toMatchObject({ code: kind, cause });
  expect(error.message).toMatch(message);
});
