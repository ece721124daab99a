import { MemoryObjects } from '../../snapshot/memory-objects.js';
import { SnapshotStore } from '../../snapshot/snapshot-store.js';
import { FileObjects } from './file-objects.js';
import { FolderObjects } from './folder-objects.js';
import { nodeSnapshotTools } from './tools.js';

export interface OpenSnapshotsOptions {
  /** Makes the store if there is none. */
  readonly create?: boolean;
  /** Milliseconds to wait for other processes that are in the way; ten seconds without it. */
  readonly patience?: number;
}

/**
 * Snapshots in a folder, which any number of processes may read and write at the same time.
 *
 * @throws SnapshotError 'missing' if it is no such folder, 'store' if it cannot be opened or made
 */
export async function openSnapshotFolder(
  path: string,
  { create = false, patience }: OpenSnapshotsOptions = {},
): Promise<SnapshotStore> {
  return new SnapshotStore(await FolderObjects.open(path, create, patience), nodeSnapshotTools);
}

/**
 * Snapshots in one file, to be carried elsewhere. One process at a time writes it; others may read.
 *
 * @throws SnapshotError 'missing' if there is no such file, 'damaged' or 'version' if it is not one of ours, 'store'
 *   if it cannot be opened or made
 */
export async function openSnapshotFile(
  path: string,
  { create = false, patience }: OpenSnapshotsOptions = {},
): Promise<SnapshotStore> {
  return new SnapshotStore(await FileObjects.open(path, create, patience), nodeSnapshotTools);
}

/** What the names of one-file stores end with. */
const ONE_FILE = '.hwsnap';

/**
 * A store by its path: one file if that ends in '.hwsnap', else a folder.
 *
 * @throws SnapshotError as the two above
 */
export function openSnapshots(
  path: string,
  options?: OpenSnapshotsOptions,
): Promise<SnapshotStore> {
  return path.endsWith(ONE_FILE)
    ? openSnapshotFile(path, options)
    : openSnapshotFolder(path, options);
}

/** A store of snapshots in memory, gone with the process. */
export function memorySnapshots(): SnapshotStore {
  return new SnapshotStore(new MemoryObjects(), nodeSnapshotTools);
}
