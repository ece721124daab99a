import { DiskError } from '../../core/errors.js';
import { SECTOR_SIZE } from '../../machine/disk.js';
import { type ByteFile, readPadded } from '../byte-file.js';
import { QCOW2_MAGIC } from './magic.js';

/** Offsets of what is changed in the header of an image that exists (qcow2, Header). */
export const REFCOUNT_TABLE_FIELD = 48;
export const AUTOCLEAR_FIELD = 88;

/** Bytes of the header in version 2, and least bytes in version 3. */
const HEADER_V2 = 72;
export const HEADER_V3 = 104;
/** 512 bytes as the format says, to 2 MiB as QEMU allows. */
export const CLUSTER_BITS = { least: 9, most: 21 } as const;
/** QEMU's limits, which every image in use keeps. */
export const MOST_L1_BYTES = 32 * 2 ** 20;
export const MOST_REFCOUNT_TABLE_BYTES = 8 * 2 ** 20;
const MOST_SNAPSHOTS = 65_536;
export const MOST_BACKING_NAME = 1023;

/** Bits of the incompatible features. */
const DIRTY = 1 << 0;
const CORRUPT = 1 << 1;
const EXTERNAL_DATA = 1 << 2;
const COMPRESSION_TYPE = 1 << 3;
const EXTENDED_L2 = 1 << 4;

/** Header extensions. */
const END_OF_EXTENSIONS = 0;
export const BACKING_FORMAT_EXTENSION = 0xe2792aca;

/** An image's header, checked: its figures fit each other and the file. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly clusterSize: number;
  /** Of the disk, in bytes. */
  readonly size: number;
  readonly l1Offset: number;
  /** In entries, and at least as many as the size needs. */
  readonly l1Size: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  /** A reference count's width is 1 << this, in bits. */
  readonly refcountOrder: number;
  readonly dirty: boolean;
  readonly corrupt: boolean;
  readonly autoclear: boolean;
  readonly backing?: { readonly name: string; readonly format?: string };
}

/**
 * Reads and checks the header.
 *
 * @throws DiskError 'disk-format' for what is damaged, or needs what is not offered
 */
export async function readHeader(file: ByteFile): Promise<Qcow2Header> {
  const start = new Uint8Array(HEADER_V3 + 8);
  await readPadded(file, 0, start);
  const view = new DataView(start.buffer);
  const refuse = (what: string): never => {
    throw new DiskError('format', `the qcow2 image '${file.name}' ${what}`);
  };
  if (view.getUint32(0) !== QCOW2_MAGIC) {
    throw new DiskError('format', `'${file.name}' is no qcow2 image: it begins otherwise`);
  }
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) return refuse(`has version ${version}; 2 and 3 are known`);
  const clusterBits = view.getUint32(20);
  if (clusterBits < CLUSTER_BITS.least || clusterBits > CLUSTER_BITS.most) {
    const right = `${CLUSTER_BITS.least} to ${CLUSTER_BITS.most}`;
    return refuse(`has clusters of 2^${clusterBits} bytes; the exponent is ${right}`);
  }
  const clusterSize = 2 ** clusterBits;
  const encryption = view.getUint32(32);
  if (encryption !== 0) refuse(`is encrypted (method ${encryption}), which is not offered`);
  const features = version === 3 ? readFeatures(view, clusterSize, refuse) : VERSION_2;

  const size = u64(view, 24);
  if (size === 0 || size % SECTOR_SIZE !== 0 || !Number.isSafeInteger(size)) {
    refuse(`says that its disk has ${size} bytes, no positive multiple of ${SECTOR_SIZE}`);
  }
  const region = (what: string, offset: number, bytes: number, most: number): void => {
    if (offset === 0 || offset % clusterSize !== 0) {
      refuse(`has its ${what} at ${offset}, not at the beginning of a cluster after the first`);
    }
    if (bytes > most) refuse(`has a ${what} of ${bytes} bytes; ${most} are the most`);
    if (offset + bytes > Math.ceil(file.size / clusterSize) * clusterSize) {
      refuse(`has its ${what} at ${offset}, beyond the file's ${file.size} bytes`);
    }
  };
  const l1Size = view.getUint32(36);
  const l1Offset = u64(view, 40);
  const needed = Math.ceil(size / (clusterSize * (clusterSize / 8)));
  if (l1Size < needed) {
    refuse(`has an L1 table of ${l1Size} entries; a disk of ${size} bytes needs ${needed}`);
  }
  region('L1 table', l1Offset, l1Size * 8, MOST_L1_BYTES);
  const refcountTableOffset = u64(view, 48);
  const refcountTableClusters = view.getUint32(56);
  const refcountBytes = refcountTableClusters * clusterSize;
  if (refcountTableClusters === 0) refuse('has no refcount table');
  region('refcount table', refcountTableOffset, refcountBytes, MOST_REFCOUNT_TABLE_BYTES);
  const snapshots = view.getUint32(60);
  if (snapshots > MOST_SNAPSHOTS) {
    refuse(`says that it has ${snapshots} snapshots; ${MOST_SNAPSHOTS} are the most`);
  }
  const overlap =
    l1Offset < refcountTableOffset + refcountBytes && refcountTableOffset < l1Offset + l1Size * 8;
  if (overlap) refuse(`has its L1 table at ${l1Offset}, on its refcount table`);

  const extensions = version === 3 ? view.getUint32(100) : HEADER_V2;
  const backing = await readBacking(file, view, extensions, clusterSize, refuse);
  return {
    version,
    clusterBits,
    clusterSize,
    size,
    l1Offset,
    l1Size,
    refcountTableOffset,
    refcountTableClusters,
    ...features,
    ...(backing && { backing }),
  };
}

const VERSION_2 = { refcountOrder: 4, dirty: false, corrupt: false, autoclear: false };

type Refuse = (what: string) => never;

/** The fields that version 3 has in addition. */
function readFeatures(view: DataView, clusterSize: number, refuse: Refuse): typeof VERSION_2 {
  const length = view.getUint32(100);
  if (length < HEADER_V3 || length % 8 !== 0 || length > clusterSize) {
    refuse(`has a header of ${length} bytes; right is a multiple of 8 from ${HEADER_V3} on`);
  }
  const compression = length > HEADER_V3 ? view.getUint8(HEADER_V3) : 0;
  const [high, low] = [view.getUint32(72), view.getUint32(76)];
  if (low & EXTERNAL_DATA) refuse('keeps its data in another file, which is not offered');
  if (low & EXTENDED_L2) refuse('has subclusters (extended L2 entries), which are not offered');
  if (low & COMPRESSION_TYPE || compression !== 0) {
    const name = compression === 1 ? 'zstd' : `type ${compression}`;
    refuse(`has clusters compressed with ${name}; only zlib's deflate is offered`);
  }
  const unknown = (low & ~(DIRTY | CORRUPT)) >>> 0;
  if (unknown !== 0 || high !== 0) {
    const bit = unknown === 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(unknown);
    refuse(`needs a feature that is not known (incompatible feature bit ${bit})`);
  }
  const refcountOrder = view.getUint32(96);
  if (refcountOrder > 6) refuse(`has refcounts of 2^${refcountOrder} bits; 64 are the most`);
  return {
    refcountOrder,
    dirty: (low & DIRTY) !== 0,
    corrupt: (low & CORRUPT) !== 0,
    autoclear: view.getUint32(AUTOCLEAR_FIELD) !== 0 || view.getUint32(AUTOCLEAR_FIELD + 4) !== 0,
  };
}

async function readBacking(
  file: ByteFile,
  view: DataView,
  extensions: number,
  clusterSize: number,
  refuse: Refuse,
): Promise<Qcow2Header['backing']> {
  const offset = u64(view, 8);
  if (offset === 0) return undefined;
  const length = view.getUint32(16);
  if (length === 0 || length > MOST_BACKING_NAME || offset + length > clusterSize) {
    refuse(`names its backing file in ${length} bytes at ${offset}, outside of its header`);
  }
  const cluster = new Uint8Array(clusterSize);
  await readPadded(file, 0, cluster);
  const text = (from: number, bytes: number): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(cluster.subarray(from, from + bytes));
    } catch {
      return refuse('names its backing file in something else than UTF-8');
    }
  };
  const name = text(offset, length);
  const whole = new DataView(cluster.buffer);
  for (let at = extensions; at + 8 <= offset; ) {
    const [type, bytes] = [whole.getUint32(at), whole.getUint32(at + 4)];
    if (type === END_OF_EXTENSIONS) break;
    if (at + 8 + bytes > clusterSize) refuse(`has a header extension that leaves the header`);
    if (type === BACKING_FORMAT_EXTENSION) return { name, format: text(at + 8, bytes) };
    at += 8 + Math.ceil(bytes / 8) * 8;
  }
  return { name };
}

/** A number of 64 bits; above 2^53 it is not exact, and nothing that big is in bounds. */
export function u64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 4, value % 2 ** 32);
}
