/** L1 and L2 entries (qcow2, Cluster mapping). Bit 63 is bit 31 of the high word. */
const COPIED = 0x8000_0000;
const COMPRESSED = 0x4000_0000;
/** Bits 32 to 55 of an offset. */
const HIGH_OFFSET = 0x00ff_ffff;
/** Bits 9 to 31. */
const LOW_OFFSET = 0xffff_fe00;
const ZERO = 1;

export type Entry =
  | { readonly kind: 'unallocated' }
  /** `offset` is of a cluster that is kept for it, or 0. */
  | { readonly kind: 'zero'; readonly offset: number; readonly copied: boolean }
  /** `copied`: nobody else refers to the cluster, so it may be changed where it is. */
  | { readonly kind: 'data'; readonly offset: number; readonly copied: boolean }
  /** `length` bytes at `offset` hold the deflate stream, and perhaps more behind it. */
  | { readonly kind: 'compressed'; readonly offset: number; readonly length: number };

const UNALLOCATED: Entry = { kind: 'unallocated' };
const PLAIN_ZERO: Entry = { kind: 'zero', offset: 0, copied: false };

export function readEntry(table: DataView, index: number, clusterBits: number): Entry {
  const high = table.getUint32(index * 8);
  const low = table.getUint32(index * 8 + 4);
  if (high & COMPRESSED) return compressed(high, low, clusterBits);
  const offset = offsetOf(high, low);
  const copied = (high & COPIED) !== 0;
  if (low & ZERO) return offset === 0 ? PLAIN_ZERO : { kind: 'zero', offset, copied };
  return offset === 0 ? UNALLOCATED : { kind: 'data', offset, copied };
}

/** Compressed Clusters Descriptor: the offset has x = 62 - (cluster_bits - 8) bits. */
function compressed(high: number, low: number, clusterBits: number): Entry {
  const bits = 62 - (clusterBits - 8) - 32;
  const fields = high & 0x3fff_ffff;
  const offset = (fields & (2 ** bits - 1)) * 2 ** 32 + low;
  const sectors = (fields >>> bits) + 1;
  return { kind: 'compressed', offset, length: sectors * 512 - (offset % 512) };
}

/** A cluster that only this entry refers to. */
export function writeData(table: DataView, index: number, offset: number): void {
  table.setUint32(index * 8, (COPIED | Math.floor(offset / 2 ** 32)) >>> 0);
  table.setUint32(index * 8 + 4, offset % 2 ** 32);
}

/** Reads as zeros; `offset` is a cluster kept for it that only this entry refers to, or 0. */
export function writeZero(table: DataView, index: number, offset: number): void {
  if (offset === 0) table.setUint32(index * 8, 0);
  else writeData(table, index, offset);
  table.setUint32(index * 8 + 4, (offset % 2 ** 32) + ZERO);
}

export function writeUnallocated(table: DataView, index: number): void {
  table.setUint32(index * 8, 0);
  table.setUint32(index * 8 + 4, 0);
}

/** An L1 entry: where the L2 table is, or 0, and whether only this entry refers to it. */
export function readL1Entry(table: DataView, index: number): { offset: number; copied: boolean } {
  const high = table.getUint32(index * 8);
  return {
    offset: offsetOf(high, table.getUint32(index * 8 + 4)),
    copied: (high & COPIED) !== 0,
  };
}

function offsetOf(high: number, low: number): number {
  return (high & HIGH_OFFSET) * 2 ** 32 + ((low & LOW_OFFSET) >>> 0);
}
