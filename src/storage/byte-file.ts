/**
 * What a disk image is kept in: bytes that can be read, changed and made durable. Node's is a file
 * or a block device, a test's is memory.
 *
 * Calls may overlap in time; two that touch the same bytes at once end in either order. Every call
 * may reject with a DiskError.
 */
export interface ByteFile {
  /** How messages call it. */
  readonly name: string;
  /** The same for every opening of one file, whatever path led to it. */
  readonly identity: string;
  readonly readOnly: boolean;
  /** Bytes, as far as this opening knows: at its beginning, and what its own writes added. */
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on; rejects with 'disk-io' if the file ends before. */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** Beyond the end the file grows; what was left out in between reads as zeros. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Cuts the file, or lets it grow by zeros. */
  truncate(size: number): Promise<void>;
  /** Afterwards all that had ended before the call is on stable storage. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Like `read`, but what lies beyond the file's end are zeros. */
export async function readPadded(file: ByteFile, offset: number, into: Uint8Array): Promise<void> {
  const there = Math.max(0, Math.min(into.length, file.size - offset));
  into.fill(0, there);
  if (there > 0) await file.read(offset, into.subarray(0, there));
}
