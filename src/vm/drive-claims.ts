import { ConfigurationError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';
import { BranchingDisk } from '../storage/branching/branching-disk.js';
import { BorrowedDisk } from './borrowed-disk.js';

/** Disks that some VM writes to, or that copies of one still need as they are. */
const written = new WeakSet<Disk>();

/**
 * A VM's drives over disks that stay their owner's. Two guests that write to one disk ruin what is on it, and so does
 * one guest that has it twice; for reading it may be shared. A disk is free again when the drive over it and all
 * branches of that are closed.
 *
 * @throws ConfigurationError for a disk that is in use; then none is taken
 */
export function borrowDrives(disks: readonly Disk[]): Disk[] {
  const mine = disks.filter(({ readOnly }) => !readOnly);
  for (const [index, disk] of disks.entries()) {
    if (disk.readOnly) continue;
    const twice = disks.indexOf(disk) !== index;
    if (!twice && !written.has(disk)) continue;
    const other = twice
      ? 'this VM has it already'
      : 'another VM writes to it, or its forks need it';
    throw new ConfigurationError(
      `drive ${index} is in use: ${other}; open a disk of its own for each drive`,
    );
  }
  for (const disk of mine) written.add(disk);
  return disks.map((disk) =>
    disk.readOnly ? disk : BranchingDisk.on(new BorrowedDisk(disk, () => written.delete(disk))),
  );
}

/** Lets a VM's drives go; those that forks need stay taken. Never rejects: what was not flushed was told before. */
export async function returnDrives(drives: readonly Disk[]): Promise<void> {
  await Promise.allSettled(drives.map((drive) => (drive.readOnly ? undefined : drive.close())));
}
