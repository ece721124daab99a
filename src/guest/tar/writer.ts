/**
 * Writer of tar archives in the ustar format (POSIX.1-1988), with GNU's records for names and GNU's form of
 * numbers that do not fit: busybox reads those, and none of the pax format.
 */

const BLOCK = 512;
const NAME = 100;
const encoder = new TextEncoder();

const TYPES = {
  file: '0',
  link: '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
} as const;

export interface TarHeader {
  readonly type: keyof typeof TYPES;
  /** Relative, without a leading slash. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly time?: number;
  /** Bytes of content that follow. */
  readonly size?: number;
  /** A symbolic link's text, or the path of the entry that a hard link repeats. */
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
}

/** The bytes before an entry's content. */
export function tarHeader(header: TarHeader): Uint8Array {
  const path = header.type === 'directory' ? `${header.path}/` : header.path;
  const pieces = [longName('K', header.target ?? ''), longName('L', path), block(header, path)];
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** The bytes behind an entry's content of this size. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array(-size & (BLOCK - 1));
}

/** What ends an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

/** The record that gives the next entry's name (L) or link target (K), if it does not fit there. */
function longName(type: 'K' | 'L', name: string): Uint8Array {
  const bytes = encoder.encode(name);
  if (bytes.length < NAME) return new Uint8Array(0);
  const size = bytes.length + 1;
  const head = fields({ type, path: '././@LongLink', mode: 0, size, target: '' });
  const record = new Uint8Array(BLOCK + size + tarPadding(size).length);
  record.set(head);
  record.set(bytes, BLOCK);
  return record;
}

function block(header: TarHeader, path: string): Uint8Array {
  const { target = '', size = 0 } = header;
  return fields({ ...header, type: TYPES[header.type], path, target, size });
}

type Fields = Omit<TarHeader, 'type'> & { readonly type: string };

function fields(header: Fields): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const text = (offset: number, length: number, value: string): void => {
    bytes.set(encoder.encode(value).subarray(0, length), offset);
  };
  const number = (offset: number, length: number, value: number): void => {
    if (value >= 8 ** (length - 1)) {
      // GNU's form for what octal digits have no room for: big-endian, marked by the first bit.
      for (let at = offset + length - 1, rest = value; at > offset; at--) {
        bytes[at] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      bytes[offset] = 0x80;
      return;
    }
    text(offset, length, value.toString(8).padStart(length - 1, '0'));
  };
  text(0, NAME - 1, header.path);
  number(100, 8, header.mode);
  number(108, 8, header.uid ?? 0);
  number(116, 8, header.gid ?? 0);
  number(124, 12, header.size ?? 0);
  number(136, 12, Math.max(0, header.time ?? 0));
  text(148, 8, ' '.repeat(8));
  text(156, 1, header.type);
  text(157, NAME - 1, header.target ?? '');
  text(257, 8, 'ustar\x0000');
  number(329, 8, header.device?.[0] ?? 0);
  number(337, 8, header.device?.[1] ?? 0);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  text(148, 8, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}
