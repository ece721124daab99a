import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  memorySnapshots,
  openSnapshotFile,
  openSnapshotFolder,
} from '../../../src/node/snapshots/open.js';
import type { SnapshotStore } from '../../../src/snapshot/snapshot-store.js';

/** A store of each kind, in a folder of the test's own; disposal removes them. */
export async function storesOfEachKind(): Promise<
  { readonly stores: readonly SnapshotStore[] } & AsyncDisposable
> {
  const folder = await mkdtemp(join(tmpdir(), 'hartwood-soak-'));
  const create = { create: true };
  const stores = [
    memorySnapshots(),
    await openSnapshotFolder(join(folder, 'snapshots'), create),
    await openSnapshotFile(join(folder, 'snapshots.file'), create),
  ];
  return {
    stores,
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
