import { AgentError } from '../../core/errors.js';

export type FileType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'character'
  | 'block'
  | 'fifo'
  | 'socket'
  | 'unknown';

/** An entry of a folder. */
export interface DirectoryEntry {
  /** Without a path. A name that is no UTF-8 has U+FFFD in it, and cannot be opened by it. */
  readonly name: string;
  readonly type: FileType;
}

/** What the guest knows of a file. */
export interface FileStat {
  readonly type: FileType;
  /** Bytes. */
  readonly size: number;
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Hard links. */
  readonly links: number;
  readonly inode: bigint;
  /** When the content last changed, in milliseconds since 1970. */
  readonly modified: number;
}

/** File types as stat(2) has them in the upper bits of a mode; getdents64(2) has the same ones. */
const TYPES: Readonly<Record<number, FileType>> = {
  1: 'fifo',
  2: 'character',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'symlink',
  12: 'socket',
};

const STATX_SIZE = 256;

/** Reads a `struct statx` (statx(2)). @throws AgentError if it is none. */
export function parseStat(bytes: Uint8Array): FileStat {
  if (bytes.length !== STATX_SIZE) {
    throw new AgentError(
      `the guest agent told of a file in ${bytes.length} bytes, not ${STATX_SIZE}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const mode = view.getUint16(28, true);
  return {
    type: TYPES[mode >> 12] ?? 'unknown',
    size: Number(view.getBigUint64(40, true)),
    mode: mode & 0o7777,
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    links: view.getUint32(16, true),
    inode: view.getBigUint64(32, true),
    modified: Number(view.getBigInt64(112, true)) * 1000 + view.getUint32(120, true) / 1e6,
  };
}

/** A `struct linux_dirent64` up to its name: inode, offset, record's length, type. */
const RECORD_HEAD = 19;

/**
 * Reads `struct linux_dirent64` records (getdents64(2)), sorted by name, without `.` and `..`.
 *
 * @throws AgentError if they are none
 */
export function parseEntries(bytes: Uint8Array): DirectoryEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder();
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = at + RECORD_HEAD <= bytes.length ? view.getUint16(at + 16, true) : 0;
    const end = bytes.indexOf(0, at + RECORD_HEAD);
    if (length <= RECORD_HEAD || at + length > bytes.length || end < 0 || end >= at + length) {
      throw new AgentError(`the guest agent listed a folder wrongly, at byte ${at}`);
    }
    const name = decoder.decode(bytes.subarray(at + RECORD_HEAD, end));
    const type = TYPES[view.getUint8(at + 18)] ?? 'unknown';
    if (name !== '.' && name !== '..') entries.push({ name, type });
    at += length;
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
