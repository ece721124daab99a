import { createHash } from 'node:crypto';
import { SnapshotError } from '../../core/errors.js';
import { CHECK_SIZE } from '../../snapshot/format.js';

/** Version of the file's own format: header and records. */
const FILE_VERSION = 1;
const FILE_MAGIC = Buffer.from('HWSTORE\n', 'latin1');
/** What a record begins with; whoever looks for the last record looks for this. */
export const RECORD_MAGIC = Buffer.from('HWRECORD', 'latin1');

const HEADER = { version: 8, zero: 12, id: 16, check: 32, size: 32 + CHECK_SIZE } as const;
/** Bytes of the header. */
export const HEADER_SIZE: number = HEADER.size;
const ID_SIZE = 16;

const NAME_SIZE = 64;
/** Characters of an object's name, all ASCII. */
export const MAX_NAME = NAME_SIZE;
const RECORD = {
  kind: 8,
  nameLength: 12,
  at: 16,
  length: 24,
  previous: 32,
  name: 40,
  hash: 40 + NAME_SIZE,
  size: 40 + NAME_SIZE + 32,
} as const;
/** Bytes of a record. */
export const RECORD_SIZE: number = RECORD.size;

const KINDS = ['stored', 'deleted'] as const;

/** What stands behind an object's bytes, and makes them one; or says that an object is gone. */
export interface FileRecord {
  readonly kind: (typeof KINDS)[number];
  readonly name: string;
  /** Where the record stands; the object's bytes end there. */
  readonly at: number;
  /** Bytes of the object. */
  readonly length: number;
  /** Where the record before it stands; 0 if it is the first. */
  readonly previous: number;
}

/** A new file's header; its id is secret to guests: their memory, which is in the file, cannot look like records. */
export function fileHeader(id: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER.size);
  FILE_MAGIC.copy(header);
  header.writeUInt32LE(FILE_VERSION, HEADER.version);
  header.set(id, HEADER.id);
  checkOf(header).copy(header, HEADER.check);
  return header;
}

/** @returns the file's id. @throws SnapshotError 'damaged' or 'version' */
export function readFileHeader(path: string, header: Buffer): Buffer {
  if (header.length < HEADER.size || !header.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC)) {
    throw new SnapshotError('damaged', `'${path}' is no file of snapshots`);
  }
  const version = header.readUInt32LE(HEADER.version);
  if (version !== FILE_VERSION) {
    throw new SnapshotError(
      'version',
      `'${path}' has format version ${version}; this version of Hartwood reads ${FILE_VERSION}`,
    );
  }
  if (!checkOf(header).equals(header.subarray(HEADER.check, HEADER.size))) {
    throw new SnapshotError('damaged', `'${path}' is damaged: its header was altered`);
  }
  return Buffer.from(header.subarray(HEADER.id, HEADER.id + ID_SIZE));
}

const checkOf = (header: Buffer) =>
  createHash('sha256').update(header.subarray(0, HEADER.check)).digest().subarray(0, CHECK_SIZE);

export function recordBytes(id: Uint8Array, record: FileRecord): Buffer {
  const bytes = Buffer.alloc(RECORD.size);
  RECORD_MAGIC.copy(bytes);
  bytes.writeUInt32LE(KINDS.indexOf(record.kind), RECORD.kind);
  bytes.writeUInt32LE(record.name.length, RECORD.nameLength);
  bytes.writeBigUInt64LE(BigInt(record.at), RECORD.at);
  bytes.writeBigUInt64LE(BigInt(record.length), RECORD.length);
  bytes.writeBigUInt64LE(BigInt(record.previous), RECORD.previous);
  bytes.write(record.name, RECORD.name, 'latin1');
  hashOf(id, bytes).copy(bytes, RECORD.hash);
  return bytes;
}

/** A record that was read at a place; undefined if these bytes are none, or one of another place. */
export function readRecord(id: Uint8Array, bytes: Buffer, at: number): FileRecord | undefined {
  if (bytes.length < RECORD.size || !bytes.subarray(0, 8).equals(RECORD_MAGIC)) return undefined;
  // Before hashing: a search meets much that only begins like one.
  if (bytes.readBigUInt64LE(RECORD.at) !== BigInt(at)) return undefined;
  if (!hashOf(id, bytes).equals(bytes.subarray(RECORD.hash, RECORD.size))) return undefined;
  const kind = KINDS[bytes.readUInt32LE(RECORD.kind)];
  const nameLength = bytes.readUInt32LE(RECORD.nameLength);
  const length = Number(bytes.readBigUInt64LE(RECORD.length));
  const previous = Number(bytes.readBigUInt64LE(RECORD.previous));
  // The hash says that somebody meant it, not that it can be.
  const sound =
    kind !== undefined &&
    nameLength <= NAME_SIZE &&
    (previous === 0 || previous >= HEADER.size) &&
    (previous === 0 ? HEADER.size : previous + RECORD.size) <= at - length;
  if (!sound) return undefined;
  const name = bytes.toString('latin1', RECORD.name, RECORD.name + nameLength);
  return { kind, name, at, length, previous };
}

const hashOf = (id: Uint8Array, bytes: Buffer) =>
  createHash('sha256').update(id).update(bytes.subarray(0, RECORD.hash)).digest();
