import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import type { SnapshotWriter } from '../../snapshot/snapshot-writer.js';

const AT_ONCE = 2048;

/** Keeps pages as another snapshot has them, some at a time: a VM that runs waits for no longer than for those. */
export async function keepPages(
  writer: SnapshotWriter,
  area: string,
  base: SnapshotReader,
  numbers: Uint32Array,
  pace: () => Promise<void>,
): Promise<void> {
  for (let at = 0; at < numbers.length; at += AT_ONCE) {
    await writer.keepPages(area, base, numbers.subarray(at, at + AT_ONCE));
    await pace();
  }
}
