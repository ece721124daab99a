import { snapshotPlace } from '../../node/cache-directory.js';
import { openSnapshots } from '../../node/door.js';
import type { SnapshotStore } from '../../snapshot/snapshot-store.js';

/**
 * The store that `--store` names, else that of the user.
 *
 * @throws SnapshotError if it cannot be opened, or made where it is to be written
 */
export async function openStore(
  path: string | undefined,
  options: { readonly create?: boolean } = {},
): Promise<SnapshotStore> {
  // The user's own is empty, and not missing, before the first snapshot.
  return await openSnapshots(path ?? snapshotPlace(), {
    create: options.create === true || path === undefined,
  });
}
