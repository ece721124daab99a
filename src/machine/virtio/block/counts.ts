import type { Command } from './command.js';

/** What a block device has done, since it was made. */
export interface BlockCounts {
  /** Requests by what they asked for; `refused` are those that made no sense. */
  readonly requests: Record<Command['kind'], number>;
  bytesRead: number;
  bytesWritten: number;
  /** Calls of the disk that failed; the guest saw I/O errors. */
  errors: number;
  /** What the last of them said. */
  lastError: string | null;
}

export function newCounts(): BlockCounts {
  return {
    requests: {
      read: 0,
      write: 0,
      flush: 0,
      identify: 0,
      discard: 0,
      writeZeroes: 0,
      refused: 0,
    },
    bytesRead: 0,
    bytesWritten: 0,
    errors: 0,
    lastError: null,
  };
}
