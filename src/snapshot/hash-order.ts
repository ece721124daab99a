import { HASH_SIZE } from './format.js';

/** Orders two hashes as strings of bytes; `one` and `other` are numbers of rows. */
export function compareHashes(
  ones: Uint8Array,
  one: number,
  others: Uint8Array,
  other: number,
): number {
  const from = one * HASH_SIZE;
  const to = other * HASH_SIZE;
  for (let index = 0; index < HASH_SIZE; index++) {
    const difference = (ones[from + index] ?? 0) - (others[to + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The first four bytes of a hash, so that greater hashes have no smaller numbers. */
export function hashWord(hashes: Uint8Array, row: number): number {
  const at = row * HASH_SIZE;
  const [a = 0, b = 0, c = 0, d = 0] = [hashes[at], hashes[at + 1], hashes[at + 2], hashes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** The row of a hash in a sorted column, or -1. */
export function findHash(
  column: Uint8Array,
  rows: number,
  hashes: Uint8Array,
  row: number,
): number {
  let low = 0;
  let high = rows;
  // Hashes are spread evenly: where one should be, it is, or not far.
  let probe = Math.floor((hashWord(hashes, row) / 2 ** 32) * rows);
  for (let reach = 8; low < high; reach *= 4) {
    const order = compareHashes(hashes, row, column, probe);
    if (order === 0) return probe;
    if (order < 0) high = probe;
    else low = probe + 1;
    const step = order < 0 ? high - reach : low + reach;
    // Columns that somebody made on purpose are searched by halves.
    probe = reach < 2 ** 12 && step > low && step < high ? step : (low + high) >>> 1;
  }
  return -1;
}

/** Whether a column of hashes ascends without repeating any. */
export function hashesAscend(column: Uint8Array, rows: number): boolean {
  for (let row = 1; row < rows; row++) {
    if (compareHashes(column, row - 1, column, row) >= 0) return false;
  }
  return true;
}
