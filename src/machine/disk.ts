/**
 * What a block device stores its sectors in, whatever that is: a file, memory, an image format, a
 * layer over another disk. Offsets and lengths are bytes and multiples of SECTOR_SIZE; the device
 * checks the guest's figures before it calls, so a range always lies inside of the disk.
 *
 * Calls may overlap in time. Two that touch the same bytes at once end in either order.
 *
 * Every call may reject with a DiskError; the guest then sees an I/O error, and the disk goes on.
 */
export interface Disk {
  /** Bytes; does not change while the disk is open. */
  readonly size: number;
  /** Then all that changes anything rejects with DiskError 'disk-read-only'. */
  readonly readOnly: boolean;
  /** Fills `into` with the bytes from `offset` on. */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** Afterwards reads give `bytes`, which the disk has not kept; they survive once flushed. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Afterwards all writes that had ended before the call are on stable storage. */
  flush(): Promise<void>;
  /** A hint that nobody needs the range: afterwards it reads as its old bytes or as zeros. */
  discard(offset: number, length: number): Promise<void>;
  /** Afterwards the range reads as zeros; `unmap` allows the disk to give the space back. */
  writeZeroes(offset: number, length: number, unmap: boolean): Promise<void>;
  /**
   * Where in a range there may be something other than zeros, ascending and apart; what is written
   * meanwhile may be missing. A disk that cannot tell does without.
   */
  extents?(offset: number, length: number): AsyncIterable<Extent>;
  /** Flushes and lets go of what the disk holds. No call may be under way or follow. */
  close(): Promise<void>;
}

/** A stretch of a disk, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** What sectors count in, whatever size the guest is told (VIRTIO 1.2 §5.2.4). */
export const SECTOR_SIZE = 512;
