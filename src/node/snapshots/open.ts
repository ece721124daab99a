import { MemoryObjects } from '../../snapshot/memory-objects.js';
import { SnapshotStore } from '../../snapshot/snapshot-store.js';
import { nodeSnapshotTools } from './tools.js';

/** A store of snapshots in memory, gone with the process. */
export function memorySnapshots(): SnapshotStore {
  return new SnapshotStore(new MemoryObjects(), nodeSnapshotTools);
}
