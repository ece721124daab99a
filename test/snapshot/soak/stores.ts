import { nodeSnapshotTools } from '../../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../../src/snapshot/snapshot-store.js';
import type { SoakedStore } from './soak.js';

export function memoryStore(): SoakedStore {
  const objects = new MemoryObjects();
  return {
    store: new SnapshotStore(objects, nodeSnapshotTools),
    delete: (id) => objects.delete(`snapshots/${id}`),
    tidy: async () => {},
  };
}
