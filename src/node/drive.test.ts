import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CreateQcow2Options, createQcow2 } from '../storage/qcow2/create.js';
import { DiskFile } from './disk-file.js';
import { type OpenDriveOptions, openDrive } from './drive.js';

const SIZE = 128 * 1024;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hartwood-drive-'));
  await mkdir(join(folder, 'images'));
  await writeFile(join(folder, 'secret.raw'), new Uint8Array(SIZE).fill(9));
});
afterEach(() => rm(folder, { recursive: true }));

async function raw(name: string): Promise<string> {
  const path = join(folder, 'images', name);
  await writeFile(path, new Uint8Array(SIZE).fill(7));
  return path;
}

async function qcow2(name: string, backing?: CreateQcow2Options['backing']): Promise<string> {
  const path = join(folder, 'images', name);
  const file = await DiskFile.open(path, { create: true });
  await createQcow2(file, { size: SIZE, ...(backing && { backing }) });
  await file.close();
  return path;
}

/** The first byte of a drive. */
async function firstByte(spec: string, options?: OpenDriveOptions): Promise<number | undefined> {
  const disk = await openDrive(spec, options);
  const sector = new Uint8Array(512);
  try {
    await disk.read(0, sector);
  } finally {
    await disk.close();
  }
  return sector[0];
}

describe('a drive', () => {
  it('is raw or qcow2 by its first bytes, or as it is told', async () => {
    const image = await qcow2('disk.qcow2');
    expect(await firstByte(image)).toBe(0);
    expect(await firstByte(`${image},format=raw`)).toBe(0x51);
    const plain = await raw('disk.img');
    expect(await firstByte(plain)).toBe(7);
    await expect(openDrive(`${plain},format=qcow2`)).rejects.toThrow(/is no qcow2 image/);
    // The failed opening let go of the file.
    expect(await firstByte(plain)).toBe(7);
  });

  it('keeps a guest from turning a raw disk into an image that names files', async () => {
    const path = await raw('disk.img');
    const header = new Uint8Array(512);
    header.set([0x51, 0x46, 0x49, 0xfb]);
    const guessed = await openDrive(path);
    await expect(guessed.write(0, header)).rejects.toThrow(/open it with format=raw/);
    await guessed.write(512, header);
    await guessed.close();
    const told = await openDrive(`${path},format=raw`);
    await told.write(0, header);
    await told.close();
    expect((await readFile(path)).subarray(0, 4)).toEqual(Buffer.from(header.subarray(0, 4)));
  });

  it('takes no change that is read-only', async () => {
    for (const path of [await raw('disk.img'), await qcow2('disk.qcow2')]) {
      const disk = await openDrive(`${path},readonly`);
      expect(disk.readOnly).toBe(true);
      const refused = { code: 'disk-read-only' };
      await expect(disk.write(0, new Uint8Array(512))).rejects.toMatchObject(refused);
      await expect(disk.discard(0, 512)).rejects.toMatchObject(refused);
      await expect(disk.writeZeroes(0, 512, true)).rejects.toMatchObject(refused);
      await disk.flush();
      await disk.close();
    }
  });

  it('keeps in memory what is written to an overlay', async () => {
    for (const path of [await raw('disk.img'), await qcow2('disk.qcow2')]) {
      const before = await readFile(path);
      const disk = await openDrive(`${path},overlay`);
      await disk.write(0, new Uint8Array(SIZE).fill(3));
      await disk.flush();
      await disk.close();
      expect(before.equals(await readFile(path))).toBe(true);
    }
  });

  it('is in use once', async () => {
    const base = await raw('base.img');
    const image = await qcow2('disk.qcow2', { name: 'base.img', format: 'raw' });
    const disk = await openDrive(image);
    await expect(openDrive(image)).rejects.toThrow(/in use already/);
    await expect(openDrive(base)).rejects.toThrow(/in use already, by a disk that reads it/);
    await disk.close();
    await (await openDrive(base)).close();
  });
});

describe('a backing file', () => {
  it('is found beside the image and below', async () => {
    await mkdir(join(folder, 'images', 'bases'));
    await raw('bases/base.img');
    const image = await qcow2('disk.qcow2', { name: 'bases/base.img', format: 'raw' });
    expect(await firstByte(image)).toBe(7);
  });

  it('elsewhere is refused, whatever way leads to it, unless it is allowed', async () => {
    await symlink(join(folder, 'secret.raw'), join(folder, 'images', 'link.raw'));
    const names = ['../secret.raw', join(folder, 'secret.raw'), 'link.raw'];
    for (const [index, name] of names.entries()) {
      const image = await qcow2(`disk${index}.qcow2`, { name, format: 'raw' });
      await expect(openDrive(image)).rejects.toMatchObject({ code: 'disk-unavailable' });
      await expect(openDrive(image)).rejects.toThrow(/is outside of its folder; allow it by name/);
      expect(await firstByte(image, { allow: [join(folder, 'secret.raw')] })).toBe(9);
      expect(await firstByte(image, { allow: [folder] })).toBe(9);
    }
  });

  it('that is no plain name is refused', async () => {
    for (const [index, name] of ['json:{"driver":"null-co"}', 'nbd://127.0.0.1/'].entries()) {
      const image = await qcow2(`disk${index}.qcow2`, { name, format: 'raw' });
      await expect(openDrive(image)).rejects.toThrow(/is no plain file name/);
    }
  });

  it('that is missing is named', async () => {
    const image = await qcow2('disk.qcow2', { name: 'gone.img', format: 'raw' });
    await expect(openDrive(image)).rejects.toThrow(/gone\.img.* there is no such file/);
  });

  it('must not lead back to an image above it', async () => {
    const first = await qcow2('first.qcow2', { name: 'second.qcow2', format: 'qcow2' });
    await qcow2('second.qcow2', { name: 'third.qcow2', format: 'qcow2' });
    await qcow2('third.qcow2', { name: 'second.qcow2', format: 'qcow2' });
    await qcow2('self.qcow2', { name: 'self.qcow2', format: 'qcow2' });
    await expect(openDrive(first)).rejects.toThrow(/the chain is a loop/);
    const self = join(folder, 'images', 'self.qcow2');
    await expect(openDrive(`${self},readonly`)).rejects.toThrow(/the chain is a loop/);
    await expect(openDrive(self)).rejects.toThrow(/in use already/);
  });

  it('may have others below it, up to a bound', async () => {
    await raw('0.qcow2');
    let image = '';
    for (let link = 1; link <= 33; link++) {
      const format = link === 1 ? 'raw' : 'qcow2';
      image = await qcow2(`${link}.qcow2`, { name: `${link - 1}.qcow2`, format });
      if (link === 32) expect(await firstByte(image)).toBe(7);
    }
    await expect(openDrive(image)).rejects.toThrow(/more than 32 backing files/);
  });
});
