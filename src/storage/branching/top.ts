import type { Disk } from '../../machine/disk.js';
import type { ChangedBlocks } from './changed-blocks.js';

/** Where a disk's own writes go: into its base, or into memory over what others have. */
export interface Top extends Required<Omit<Disk, 'size' | 'readOnly'>> {
  readonly changed: ChangedBlocks;
  /** A top that begins as this one is now. */
  branch(): Top;
}
