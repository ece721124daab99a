/**
 * Writer of `newc` cpio archives, the format in which Linux takes an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 *
 * The output depends on the entries alone: inode numbers count up from 1 in the order given, times
 * and owners are zero. So equal entries give equal bytes, and an image can be named by its hash.
 */

/** One file of the archive. `path` is relative, without a leading slash; `mode` holds permission bits only. */
export type CpioEntry =
  | { type: 'file'; path: string; mode: number; data: Uint8Array }
  | { type: 'directory'; path: string; mode: number }
  | { type: 'symlink'; path: string; target: string }
  | { type: 'character'; path: string; mode: number; major: number; minor: number };

const FILE_TYPE = { file: 0o100000, directory: 0o040000, symlink: 0o120000, character: 0o020000 };
const HEADER_LENGTH = 110;
const TRAILER = 'TRAILER!!!';
const encoder = new TextEncoder();

/** The archive of `entries`, in their order. Directories must stand before what is in them. */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const records = entries.map((entry, index) => describe(entry, index + 1));
  records.push(record({ inode: 0, mode: 0, links: 1, name: TRAILER }));
  const archive = new Uint8Array(records.reduce((sum, { size }) => sum + size, 0));
  let offset = 0;
  for (const { head, data, size } of records) {
    archive.set(head, offset);
    archive.set(data, offset + align(head.length));
    offset += size;
  }
  return archive;
}

/** Archives one behind the other, as Linux takes them: of a file in several the last one counts. */
export function joinCpio(...archives: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(archives.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const archive of archives) {
    whole.set(archive, offset);
    offset += archive.length;
  }
  return whole;
}

interface Fields {
  inode: number;
  mode: number;
  links: number;
  name: string;
  data?: Uint8Array;
  device?: readonly [major: number, minor: number];
}

interface Record {
  head: Uint8Array;
  data: Uint8Array;
  size: number;
}

function describe(entry: CpioEntry, inode: number): Record {
  const type = FILE_TYPE[entry.type];
  const name = entry.path;
  switch (entry.type) {
    case 'file':
      return record({ inode, mode: type | entry.mode, links: 1, name, data: entry.data });
    case 'directory':
      return record({ inode, mode: type | entry.mode, links: 2, name });
    case 'symlink':
      return record({
        inode,
        mode: type | 0o777,
        links: 1,
        name,
        data: encoder.encode(entry.target),
      });
    case 'character':
      return record({
        inode,
        mode: type | entry.mode,
        links: 1,
        name,
        device: [entry.major, entry.minor],
      });
  }
}

function record({ inode, mode, links, name, data, device }: Fields): Record {
  const content = data ?? new Uint8Array(0);
  const path = encoder.encode(`${name}\0`);
  const [major, minor] = device ?? [0, 0];
  const owner = 0;
  const time = 0;
  const checksum = 0;
  const numbers = [inode, mode, owner, owner, links, time, content.length, 0, 0, major, minor];
  const fields = [...numbers, path.length, checksum];
  const header = `070701${fields.map((n) => n.toString(16).padStart(8, '0')).join('')}`;
  const head = new Uint8Array(HEADER_LENGTH + path.length);
  head.set(encoder.encode(header));
  head.set(path, HEADER_LENGTH);
  return { head, data: content, size: align(head.length) + align(content.length) };
}

/** Header with name, and data, are each padded to four bytes. */
function align(length: number): number {
  return (length + 3) & ~3;
}
