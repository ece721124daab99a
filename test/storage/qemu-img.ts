import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import type { Disk } from '../../src/machine/disk.js';
import { openDrive } from '../../src/node/drive.js';

const run = promisify(execFile);

/** Debian's `qemu-utils`; only tests of peers need it. */
export async function qemuImg(...options: string[]): Promise<string> {
  const { stdout } = await run('qemu-img', options);
  return stdout;
}

export async function qemuIo(image: string, ...commands: string[]): Promise<void> {
  await run('qemu-io', ['-f', 'qcow2', ...commands.flatMap((line) => ['-c', line]), image]);
}

/** What `qemu-img check` finds; its statuses for leaks and errors are no failures of it. */
export async function qemuCheck(image: string): Promise<{ errors: number; leaks: number }> {
  const options = ['check', '-f', 'qcow2', '--output=json', image];
  const { stdout } = await run('qemu-img', options).catch((failed: { stdout: string }) => failed);
  const found = JSON.parse(stdout) as Record<string, number>;
  const errors = (found.corruptions ?? 0) + (found['check-errors'] ?? 0);
  return { errors, leaks: found.leaks ?? 0 };
}

/** A folder for a test file's images. */
export function imageFolder(): { path: (name: string) => string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hartwood-disks-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return { path: (name) => join(folder, name) };
}

/** Data that compresses a little, with holes. */
export function contents(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let at = 0; at < size; at += 4096) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    if (state % 4 === 0) continue;
    const text = `page ${at} of ${seed}: `;
    for (let index = 0; index < Math.min(4096, size - at); index++) {
      bytes[at + index] = text.charCodeAt(index % text.length) ^ ((state >> (index % 24)) & 3);
    }
  }
  return bytes;
}

export async function rawFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
}

/** All of a disk, read in pieces of a size that fits no cluster. */
export async function readDisk(disk: Disk): Promise<Uint8Array> {
  const piece = 77 * 512;
  const bytes = new Uint8Array(disk.size);
  for (let at = 0; at < disk.size; at += piece) await disk.read(at, bytes.subarray(at, at + piece));
  return bytes;
}

/** Opens a drive for as long as `use` takes. */
export async function withDrive<T>(spec: string, use: (disk: Disk) => Promise<T>): Promise<T> {
  const disk = await openDrive(spec);
  try {
    return await use(disk);
  } finally {
    await disk.close();
  }
}

/** What a drive reads as. */
export function readDrive(spec: string): Promise<Uint8Array> {
  return withDrive(spec, readDisk);
}

/** What QEMU reads an image as. */
export async function readByQemu(image: string): Promise<Uint8Array> {
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', image, `${image}.raw`);
  return new Uint8Array(await readFile(`${image}.raw`));
}
