import { ConfigurationError } from '../core/errors.js';
import type { Disk } from '../machine/disk.js';

/** Disks that some VM writes to. */
const written = new WeakSet<Disk>();

/**
 * Notes that a VM uses disks, until the function that it returns is called. Two guests that write to
 * one disk ruin what is on it, and so does one guest that has it twice; for reading it may be shared.
 *
 * @throws ConfigurationError for a disk that is in use; then none is noted
 */
export function claimDrives(drives: readonly Disk[]): () => void {
  const mine: Disk[] = [];
  const release = () => {
    for (const disk of mine.splice(0)) written.delete(disk);
  };
  for (const [index, disk] of drives.entries()) {
    if (disk.readOnly) continue;
    if (written.has(disk)) {
      const other = mine.includes(disk) ? 'this VM has it already' : 'another VM writes to it';
      release();
      throw new ConfigurationError(
        `drive ${index} is in use: ${other}; open a disk of its own for each drive`,
      );
    }
    written.add(disk);
    mine.push(disk);
  }
  return release;
}
