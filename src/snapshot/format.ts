/** Numbers of the format on disk, which docs/snapshots.md describes. All integers are little-endian. */

/** What this version writes, and the only one that it reads. */
export const FORMAT_VERSION = 1;

export const PAGE_SIZE = 4096;
/** Pages that are compressed together: 64 KiB serve a fault quickly and still compress well. */
export const BLOCK_PAGES = 16;
export const BLOCK_SIZE = BLOCK_PAGES * PAGE_SIZE;
/** SHA-256. */
export const HASH_SIZE = 32;
/** Of a hash, where only accidents are to be found. */
export const CHECK_SIZE = 8;

/** A line's end in a magic shows a file that was carried as text. */
export const MANIFEST_MAGIC = 'HWSNAP\r\n';
export const PACK_MAGIC = 'HWPACK\r\n';

export const MANIFEST_HEADER = {
  version: 8,
  frontLength: 12,
  placementLength: 16,
  zero: 20,
  frontHash: 24,
  placementHash: 24 + HASH_SIZE,
  check: 24 + 2 * HASH_SIZE,
  size: 24 + 2 * HASH_SIZE + CHECK_SIZE,
} as const;

export const PACK_HEADER = { version: 8, zero: 12, size: 16 } as const;

/** One row of a pack's block table. */
export const BLOCK_ROW = {
  offset: 0,
  stored: 8,
  pages: 12,
  method: 14,
  check: 16,
  size: 16 + CHECK_SIZE,
} as const;
export const METHOD_STORED = 0;
export const METHOD_DEFLATE = 1;

/** Stands at a pack's end: what is packed is known only then. */
export const PACK_FOOTER = {
  version: 8,
  blocks: 12,
  pages: 16,
  zero: 20,
  indexHash: 24,
  tableHash: 24 + HASH_SIZE,
  check: 24 + 2 * HASH_SIZE,
  size: 24 + 2 * HASH_SIZE + CHECK_SIZE,
} as const;
/** A row of the index: a hash; the places stand in a column of their own behind all hashes. */
export const INDEX_ROW = HASH_SIZE + 4;
/** A page's place in the store: number of the pack in the manifest's list, block × 16 + slot. */
export const PLACE_ROW = 8;

/** More is no snapshot of ours, and not to be allocated for: pages of 128 GiB, and what describes them. */
export const MAX_PAGES = 2 ** 25;
export const MAX_JSON = 2 ** 24;
export const MAX_STATE = 2 ** 26;

export const SNAPSHOTS = 'snapshots/';
export const PACKS = 'packs/';

/** What an id looks like. */
export const ID = /^[0-9a-f]{32}$/;

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const viewOf = (bytes: Uint8Array<ArrayBuffer>): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const text = new TextEncoder();

/** Whether bytes begin with a magic. */
export function hasMagic(bytes: Uint8Array, magic: string): boolean {
  return text.encode(magic).every((byte, index) => bytes[index] === byte);
}

export function putMagic(bytes: Uint8Array, magic: string): void {
  bytes.set(text.encode(magic));
}
