import type { Entry } from './entry.js';
import type { Qcow2Image } from './image.js';

/** A part of a request that is served in one go. */
export interface Piece {
  /** Of the disk, in bytes. */
  readonly offset: number;
  length: number;
  /** The guest cluster that it begins in. */
  readonly cluster: number;
  /** What that cluster is; if it is data, those that follow are too, and next to it in the file. */
  readonly entry: Entry;
}

const UNALLOCATED: Entry = { kind: 'unallocated' };

/**
 * Cuts a range where what serves it changes: between data at different places of the file, around
 * each compressed cluster, and between what is unallocated, zeros and data.
 */
export async function plan(image: Qcow2Image, offset: number, length: number): Promise<Piece[]> {
  const { clusterSize } = image.header;
  const pieces: Piece[] = [];
  for (let at = offset; at < offset + length; ) {
    const cluster = Math.floor(at / clusterSize);
    const found = image.mapping.table(cluster);
    const table = found instanceof Promise ? await found : found;
    const entry = table === undefined ? UNALLOCATED : image.mapping.entry(table, cluster);
    // Without an L2 table nothing of what it would describe is allocated.
    const clusters =
      table === undefined ? image.mapping.entries - (cluster % image.mapping.entries) : 1;
    const end = Math.min(offset + length, (cluster + clusters) * clusterSize);
    const last = pieces.at(-1);
    if (last !== undefined && continues(last, entry, at, clusterSize)) last.length += end - at;
    else pieces.push({ offset: at, length: end - at, cluster, entry });
    at = end;
  }
  return pieces;
}

function continues(last: Piece, entry: Entry, at: number, clusterSize: number): boolean {
  if (last.entry.kind !== entry.kind || entry.kind === 'compressed') return false;
  if (entry.kind === 'unallocated' || last.entry.kind === 'unallocated') return true;
  if (last.entry.kind === 'compressed' || entry.copied !== last.entry.copied) return false;
  const distance = at - last.cluster * clusterSize;
  if (entry.kind === 'zero') return entry.offset === 0 && last.entry.offset === 0;
  return entry.offset === last.entry.offset + distance;
}
