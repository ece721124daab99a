/**
 * A hart's TLB: the machine's geometry, which a guest can observe (assembly/mmu/entry.ts). Direct mapped by
 * virtual page number, 1,024 entries each for reads, writes and fetches; four words an entry:
 *
 * ```
 * +0 tag, low half   virtual page | SLOW (bit 11) | context id (bits 10..3) | 0
 * +1 tag, high half
 * +2 addend          linear address − virtual address, lower halves, while SLOW is clear;
 *                    of a fetch entry the number of the page of decoded code
 * +3 guest           guest page number (27 bits) | USER | GLOBAL | level (3 bits)
 * ```
 */
export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;
/** A look at the tables that no entry comes of. */
export const PROBE = 3;

export const TAG_PAGE = 0xffff_f000 | 0;
export const TAG_SLOW = 1 << 11;
export const TAG_CONTEXT_SHIFT = 3;
export const TAG_CONTEXT = 0xff << TAG_CONTEXT_SHIFT;
/** Low half of an empty entry's tag: context 255 is never given out. Its high half is 0. */
export const TAG_EMPTY = TAG_CONTEXT;

export const GUEST_PAGE_MASK = 0x07ff_ffff;
export const GUEST_USER = 1 << 27;
export const GUEST_GLOBAL = 1 << 28;
export const GUEST_LEVEL_SHIFT = 29;
/** Level of a 64 KiB Svnapot page; 0 is 4 KiB, 1 is 2 MiB, and so on by 9 bits. */
export const LEVEL_NAPOT = 7;
/** Guest-physical addresses at or above this are nobody's. */
export const GUEST_LIMIT = 2 ** 39;

export const ENTRY_WORDS = 4;
/** First words of the three arrays, and the end. */
export const READ_ENTRIES = 0;
export const WRITE_ENTRIES = 1024 * ENTRY_WORDS;
export const FETCH_ENTRIES = 2 * WRITE_ENTRIES;
export const ENTRIES_END = FETCH_ENTRIES + 1024 * ENTRY_WORDS;
/** The bits of `va >>> 10` that choose an entry. */
export const DATA_INDEX = 1023 << 2;
export const FETCH_INDEX = 1023 << 2;

export class Tlb {
  readonly entries = new Int32Array(ENTRIES_END);
  /** Context keys by id; 0 is free. */
  readonly contexts = new Int32Array(256);
  contextsUsed = 0;
  /** Which 2 MiB the TLB may hold superpages of: 4,096 bits (mmu/superpages). */
  readonly superpages = new Uint8Array(512);
  hugeSuperpages = 0;
}
