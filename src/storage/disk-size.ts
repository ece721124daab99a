import { ConfigurationError } from '../core/errors.js';
import { SECTOR_SIZE } from '../machine/disk.js';

/** @throws ConfigurationError unless `size` is one that a disk can have. */
export function checkDiskSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0 && size % SECTOR_SIZE === 0) return;
  const right = `a disk has a positive multiple of ${SECTOR_SIZE} bytes`;
  throw new ConfigurationError(`${size} bytes is no size for a disk; ${right}`);
}
