import { SECTOR_SIZE } from '../machine/disk.js';

/** As much as most file systems write at once: a page has little that nobody wrote. */
export const PAGE = 4096;
const SECTORS = PAGE / SECTOR_SIZE;
/** The mask of a page all of whose sectors are there. */
export const ALL_SECTORS = 2 ** SECTORS - 1;
/** What all pages of zeros share; never written to. */
export const ZERO_BYTES = new Uint8Array(PAGE);

/** A part of a range that lies in one page: `start` counts in the page, `at` in the range. */
export interface Piece {
  readonly page: number;
  readonly start: number;
  readonly at: number;
  readonly length: number;
  /** Its sectors of the page, one bit each. */
  readonly mask: number;
}

/** A range of bytes, cut at the borders of pages. */
export function* pieces(offset: number, length: number): Generator<Piece> {
  for (let at = 0; at < length; ) {
    const start = (offset + at) % PAGE;
    const size = Math.min(PAGE - start, length - at);
    const mask = (2 ** (size / SECTOR_SIZE) - 1) << (start / SECTOR_SIZE);
    yield { page: Math.floor((offset + at) / PAGE), start, at, length: size, mask };
    at += size;
  }
}
