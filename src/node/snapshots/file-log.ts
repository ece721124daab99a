import { SnapshotError } from '../../core/errors.js';
import type { Descriptor } from './descriptor.js';
import {
  type FileRecord,
  HEADER_SIZE,
  RECORD_MAGIC,
  RECORD_SIZE,
  readFileHeader,
  readRecord,
} from './file-record.js';

/** Read at once when the last record is looked for. */
const WINDOW = 2 ** 20;

/** What is in a file of snapshots, as its records tell it. */
export interface FileLog {
  readonly id: Buffer;
  /** Of the objects that are there. */
  readonly records: Map<string, FileRecord>;
  /** Where the last record stands; 0 if there is none. */
  last: number;
  /** The file's size when it was read. */
  readonly size: number;
}

/**
 * Reads the records from the last to the first. Behind the last one there may be bytes of a write that broke off, or
 * that goes on.
 *
 * @throws SnapshotError 'damaged' or 'version'
 */
export async function readLog(path: string, file: Descriptor, size: number): Promise<FileLog> {
  const read = async (at: number, length: number) =>
    Buffer.from((await file.read(`'${path}'`, at, length)).buffer);
  const id = readFileHeader(path, await read(0, Math.min(size, HEADER_SIZE)));
  const records = new Map<string, FileRecord>();
  const gone = new Set<string>();
  const end = await lastRecord(id, read, size);
  for (let at = end; at > 0; ) {
    const record = readRecord(id, await read(at, RECORD_SIZE), at);
    if (record === undefined) {
      throw new SnapshotError(
        'damaged',
        `'${path}' is damaged: its record at ${at} was altered, and what was stored before cannot be found`,
      );
    }
    // The latest word about an object counts.
    if (!gone.has(record.name)) {
      gone.add(record.name);
      if (record.kind === 'stored') records.set(record.name, record);
    }
    at = record.previous;
  }
  return { id, records, last: end, size };
}

async function lastRecord(
  id: Buffer,
  read: (at: number, length: number) => Promise<Buffer>,
  size: number,
): Promise<number> {
  // Windows overlap by a record, so that none falls between two.
  for (let end = size; end - HEADER_SIZE >= RECORD_SIZE; ) {
    // A file that was closed well ends with a record: look there before anywhere else.
    const length = end === size ? RECORD_SIZE : WINDOW;
    const from = Math.max(HEADER_SIZE, end - length);
    const window = await read(from, end - from);
    for (let at = window.length - RECORD_SIZE; at >= 0; at--) {
      at = window.lastIndexOf(RECORD_MAGIC, at);
      if (at < 0) break;
      if (readRecord(id, window.subarray(at), from + at) !== undefined) return from + at;
    }
    if (from === HEADER_SIZE) break;
    end = from + RECORD_SIZE - 1;
  }
  return 0;
}
