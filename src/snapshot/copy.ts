import { InternalError } from '../core/errors.js';
import type { SnapshotInfo, SnapshotProgress } from './snapshot-info.js';
import type { SnapshotReader } from './snapshot-reader.js';
import type { SnapshotWriter } from './snapshot-writer.js';

/** Writes all of a snapshot, block by block, into another store. */
export async function copySnapshot(
  from: SnapshotReader,
  to: SnapshotWriter,
  progress?: SnapshotProgress,
): Promise<SnapshotInfo> {
  try {
    let done = 0;
    for (const area of from.areas) {
      for await (const { numbers, bytes } of from.stream(area)) {
        await to.addPages(area, numbers, bytes);
        done += numbers.length;
        progress?.(done, from.info.pages);
      }
    }
    for (const section of from.sections) {
      to.setState(section, from.state(section) as Uint8Array);
    }
    const info = await to.finish(from.head);
    // Its name is its content: a difference would be a fault of ours.
    if (info.id === from.info.id) return info;
    throw new InternalError(`snapshot ${from.info.id} became ${info.id} when it was copied`);
  } catch (error) {
    await to.abort();
    throw error;
  }
}
