import { randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createQcow2 } from '../../src/index.js';
import { DiskFile } from '../../src/node/disk-file.js';
import { openDrive } from '../../src/node/drive.js';

export const MB = 2 ** 20;
/** Bytes of each disk; a power of 2. */
export const DISK_SIZE = 256 * MB;

/** The disks of each machine, by the serial numbers under which its guest finds them. */
export const DISKS = [
  { format: 'raw', serial: 'hartwood-0' },
  { format: 'qcow2', serial: 'hartwood-1' },
] as const;
export type Format = (typeof DISKS)[number]['format'];

/** Makes a disk image that is full of noise: holes would be read faster than any disk is. */
export async function writeImage(path: string, format: Format): Promise<void> {
  if (format === 'qcow2') {
    const file = await DiskFile.open(path, { create: true });
    await createQcow2(file, { size: DISK_SIZE });
    await file.close();
  } else {
    await using file = await open(path, 'wx');
    await file.truncate(DISK_SIZE);
  }
  const disk = await openDrive({ file: path, format });
  const piece = new Uint8Array(MB);
  for (let at = 0; at < DISK_SIZE; at += MB) await disk.write(at, randomFillSync(piece));
  await disk.close();
}

/** A command that sets `disk` to the device with this image. */
export function findDisk(format: Format): string {
  const serial = DISKS.find((disk) => disk.format === format)?.serial;
  return `disk=/dev/$(basename $(dirname $(grep -l '^${serial}$' /sys/block/vd*/serial)))`;
}
