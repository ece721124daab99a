import { joined } from '../snapshot/joined.js';
import { MemoryObjects } from '../snapshot/memory-objects.js';
import { SnapshotStore } from '../snapshot/snapshot-store.js';
import type { SnapshotTools } from '../snapshot/snapshot-tools.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** All that comes out of a stream that bytes go into; refused when it is more than `most`. */
async function through(
  bytes: Bytes,
  stream: { readable: ReadableStream<Bytes>; writable: WritableStream<Bytes> },
  most: number,
): Promise<Bytes> {
  const writer = stream.writable.getWriter();
  // Trouble with the input shows when the output is read.
  writer.write(bytes).catch(() => undefined);
  writer.close().catch(() => undefined);
  const parts: Bytes[] = [];
  let size = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError(`more than ${most} bytes come out`);
    }
    parts.push(value);
  }
  return joined(parts);
}

/** What browsers have; Node has it as well. */
export const browserSnapshotTools: SnapshotTools = {
  deflates: 2,
  deflate: (bytes) =>
    through(bytes, new CompressionStream('deflate-raw'), Number.POSITIVE_INFINITY),
  inflate: (bytes, size) => through(bytes, new DecompressionStream('deflate-raw'), size),
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
};

/** A store of snapshots in memory, gone with the page. */
export function memorySnapshots(): SnapshotStore {
  return new SnapshotStore(new MemoryObjects(), browserSnapshotTools);
}
