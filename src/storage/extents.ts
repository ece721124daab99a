import type { Disk, Extent } from '../machine/disk.js';

/** Bytes whose extents are collected at once, so that a large disk's need little memory. */
const WINDOW = 2 ** 34;

/** What a layer says of a stretch of bytes: there is data, or there are zeros whatever lies beneath. */
export interface Stretch {
  readonly start: number;
  end: number;
  readonly data: boolean;
}

/**
 * Where in a range there may be something other than zeros, ascending. A disk that cannot tell has data
 * everywhere.
 */
export async function* extentsOf(
  disk: Disk,
  offset: number,
  length: number,
): AsyncGenerator<Extent> {
  if (length === 0) return;
  if (disk.extents === undefined) yield { offset, length };
  else yield* disk.extents(offset, length);
}

/**
 * The extents of a disk with layers over it, the lowest first. A layer is asked after the disk, so that
 * one that keeps what the disk loses misses nothing.
 */
export async function* layeredExtents(
  below: Disk,
  offset: number,
  length: number,
  layers: readonly ((start: number, end: number) => readonly Stretch[])[],
): AsyncGenerator<Extent> {
  for (let start = offset; start < offset + length; start += WINDOW) {
    const end = Math.min(start + WINDOW, offset + length);
    let found: Stretch[] = [];
    for await (const extent of extentsOf(below, start, end - start)) {
      found.push({ start: extent.offset, end: extent.offset + extent.length, data: true });
    }
    for (const layer of layers) found = laidOver(found, layer(start, end));
    yield* extentsIn(found, start, end);
  }
}

/** The data among stretches, as far as it lies in a range of bytes. */
export function* extentsIn(
  stretches: readonly Stretch[],
  start: number,
  end: number,
): Generator<Extent> {
  for (const stretch of stretches) {
    const from = Math.max(start, stretch.start);
    const to = Math.min(end, stretch.end);
    if (stretch.data && from < to) yield { offset: from, length: to - from };
  }
}

/** Data of two layers, both ascending: what the upper one says of a byte holds. */
function laidOver(lower: readonly Stretch[], upper: readonly Stretch[]): Stretch[] {
  if (upper.length === 0) return lower as Stretch[];
  const found: Stretch[] = [];
  const add = (start: number, end: number) => {
    if (start >= end) return;
    const last = found.at(-1);
    if (last !== undefined && last.end >= start) last.end = Math.max(last.end, end);
    else found.push({ start, end, data: true });
  };
  let next = 0;
  let done = 0;
  /** Data of the lower layer up to `end`, from where this was asked for last. */
  const lowerUpTo = (end: number) => {
    for (let low = lower[next]; low !== undefined && low.start < end; low = lower[next]) {
      add(Math.max(low.start, done), Math.min(low.end, end));
      if (low.end > end) break;
      next++;
    }
    done = end;
  };
  for (const { start, end, data } of upper) {
    lowerUpTo(start);
    while ((lower[next]?.end ?? Number.POSITIVE_INFINITY) <= end) next++;
    if (data) add(start, end);
    done = end;
  }
  lowerUpTo(Number.POSITIVE_INFINITY);
  return found;
}
