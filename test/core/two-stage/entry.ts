/** A page-table entry as the specification reads it (Privileged 12.3.1, 12.4, 12.5). */
import { A, D, N, R, U, V, W, X } from '../page-tables.js';

export const PTE_BYTES = 8n;
export const PAGE_BITS = 12n;
/** Bits of a page number that one level resolves. */
export const INDEX_BITS = 9n;

const RESERVED = 0x7fn << 54n;
const PBMT_SHIFT = 61n;
const PBMT_RESERVED = 3n;
/** The one NAPOT size there is, 64 KiB: the low bits of the page number say so. */
const NAPOT_BITS = 4n;
const NAPOT_64K = 8n;

/** Extensions that give an entry's high bits a meaning. */
export interface EntryFormat {
  readonly napot: boolean;
  readonly pageTypes: boolean;
}

export const pageNumber = (pte: bigint): bigint => (pte >> 10n) & ((1n << 44n) - 1n);

export const isLeaf = (pte: bigint): boolean => (pte & (R | X)) !== 0n;

const low = (value: bigint, bits: bigint): bigint => value & ((1n << bits) - 1n);

/** Steps 3 to 5 of the algorithm: whether the entry may stand at this level at all. */
export function isWellFormed(pte: bigint, level: number, format: EntryFormat): boolean {
  if ((pte & V) === 0n) return false;
  if ((pte & (R | W)) === W) return false;
  if ((pte & RESERVED) !== 0n) return false;
  const type = (pte >> PBMT_SHIFT) & 3n;
  if (type === PBMT_RESERVED || (type !== 0n && !format.pageTypes)) return false;
  const napot = (pte & N) !== 0n;
  if (napot && !format.napot) return false;
  if (!isLeaf(pte)) return level > 0 && !napot && type === 0n && (pte & (A | D | U)) === 0n;
  if (napot) return level === 0 && low(pageNumber(pte), NAPOT_BITS) === NAPOT_64K;
  return low(pageNumber(pte), INDEX_BITS * BigInt(level)) === 0n;
}

/** Step 10: where a leaf of this level puts an address. */
export function leafTarget(pte: bigint, level: number, address: bigint): bigint {
  const fromAddress = PAGE_BITS + ((pte & N) === 0n ? INDEX_BITS * BigInt(level) : NAPOT_BITS);
  const base = pageNumber(pte) << PAGE_BITS;
  return base - low(base, fromAddress) + low(address, fromAddress);
}
