import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFile } from '../../src/node/disk-file.js';
import { openDrive } from '../../src/node/drive.js';
import { createQcow2 } from '../../src/storage/qcow2/create.js';
import { randomNumbers } from '../core/random.js';
import { filesOf, recover } from './ext4-image.js';
import { imageFolder, qemuCheck, qemuImg } from './qemu-img.js';
import { faults, SYNCED } from './synced-files.js';

const SIZE = 24 * 2 ** 20;
const PROGRAM = fileURLToPath(new URL('killed-process.ts', import.meta.url));
const { path } = imageFolder();

/** Runs a VM on drives in a process of its own, and kills it; the last file synced on each drive. */
async function killAfter(files: number, drives: readonly string[]): Promise<number[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...drives], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let complaint = '';
  child.stderr.on('data', (bytes) => {
    complaint += bytes;
  });
  const exited = once(child, 'exit');
  const synced = drives.map(() => 0);
  for await (const line of createInterface({ input: child.stdout })) {
    const [drive = 0, number = 0] = line.split(' ').map(Number);
    synced[drive] = number;
    // Once only; what was printed before the end is read to its end.
    if (number === files) child.kill('SIGKILL');
  }
  expect(await exited, complaint).toEqual([null, 'SIGKILL']);
  return synced;
}

test.each([1, 2, 3])(
  'a process that is killed leaves disks that recover (%i)',
  {
    timeout: 300_000,
  },
  async (seed) => {
    const [raw, qcow2] = [path(`${seed}.raw`), path(`${seed}.qcow2`)];
    await writeFile(raw, new Uint8Array(SIZE));
    const file = await DiskFile.open(qcow2, { create: true });
    await createQcow2(file, { size: SIZE });
    await file.close();
    const drives = [`${raw},format=raw`, `${qcow2},format=qcow2`];
    const files = 20 + randomNumbers(seed)(40);
    const [onRaw = 0, onQcow2 = 0] = await killAfter(files, drives);

    expect(Math.max(onRaw, onQcow2)).toBeGreaterThanOrEqual(files);
    await recover(raw);
    expect(faults(await filesOf(raw, SYNCED), onRaw)).toEqual([]);
    // The image is one for us too.
    await (await openDrive(drives[1] ?? '')).close();
    expect((await qemuCheck(qcow2)).errors).toBe(0);
    await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', qcow2, `${qcow2}.raw`);
    await recover(`${qcow2}.raw`);
    expect(faults(await filesOf(`${qcow2}.raw`, SYNCED), onQcow2)).toEqual([]);
  },
);
