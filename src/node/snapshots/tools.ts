import { hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { SnapshotTools } from '../../snapshot/snapshot-tools.js';

/** Memory compresses little better at higher levels, which take three times as long and more. */
const LEVEL = 1;
/** Room behind a result, so that it comes in one piece: pieces would be put together by copying. */
const SPARE = 64;

/**
 * Deflates in the thread pool, several blocks at once. A block that somebody waits for is inflated right here:
 * 64 KiB take less time than asking the pool.
 */
export const nodeSnapshotTools: SnapshotTools = {
  deflates: Math.max(1, availableParallelism() - 1),
  deflate: (bytes) =>
    new Promise((resolve, reject) => {
      deflateRaw(bytes, { level: LEVEL, chunkSize: bytes.length + SPARE }, (error, deflated) => {
        if (error === null) resolve(deflated);
        else reject(error);
      });
    }),
  inflate: (bytes, size) => {
    const inflated = inflateRawSync(bytes, { maxOutputLength: size, chunkSize: size + SPARE });
    return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
  },
  // At one go: an object for each page would cost a fifth more, and leave as many to be collected.
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
};
