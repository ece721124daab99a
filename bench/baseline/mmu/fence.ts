/** Fences of the TLB: SFENCE.VMA by address, by ASID, by both, by neither (Privileged 12.2.1). */
import type { Hart } from '../hart/hart.js';
import { lowOf } from '../pair.js';
import { emptyTlb, isOfAsid, retireAsid, selectContexts } from './context.js';
import { mayHoldSuperpage } from './superpages.js';
import { entryFor } from './tlb.js';
import {
  ENTRIES_END,
  ENTRY_WORDS,
  FETCH,
  GUEST_GLOBAL,
  GUEST_LEVEL_SHIFT,
  LEVEL_NAPOT,
  READ,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_EMPTY,
  WRITE,
} from './tlb-entries.js';

/** A fence of more pages searches all entries instead of looking each page up. */
const FEW_PAGES = 32;
const PAGES_IN_HIGH = 0x10_0000;

/** Empties the hart's TLB (a fence without operands, or a write of a PMP register). */
export function flushAll(hart: Hart): void {
  emptyTlb(hart);
  selectContexts(hart);
}

/** A fence of the whole address space, or of all of one ASID's but global pages. */
export function fenceAll(hart: Hart, asid: number, hasAsid: boolean): void {
  if (hasAsid) retireAsid(hart, asid);
  else flushAll(hart);
}

/** Pages of the superpage that an entry is of. */
function coveredPages(guest: number): number {
  const level = guest >>> GUEST_LEVEL_SHIFT;
  return level === LEVEL_NAPOT ? 16 : 2 ** (9 * level);
}

/** Drops an entry that holds a page of [first, last], itself or by the superpage it is of. */
function dropIf(
  hart: Hart,
  entry: number,
  first: number,
  last: number,
  asid: number,
  hasAsid: boolean,
): void {
  const { entries } = hart.tlb;
  const tag = entries[entry];
  const guest = entries[entry + 3];
  const page = (entries[entry + 1] >>> 0) * PAGES_IN_HIGH + (tag >>> 12);
  const covered = coveredPages(guest);
  const begin = covered === 1 ? page : page - (page % covered);
  if (begin > last || begin + covered <= first) return;
  if (hasAsid) {
    if ((guest & GUEST_GLOBAL) !== 0) return;
    if (!isOfAsid(hart, (tag & TAG_CONTEXT) >> TAG_CONTEXT_SHIFT, asid)) return;
  }
  entries[entry] = TAG_EMPTY;
  entries[entry + 1] = 0;
}

/** Whether the TLB may hold entries of a superpage around one of the pages. */
function mayMeetSuperpage(hart: Hart, first: number, last: number): boolean {
  for (let page = first; page <= last; page++) {
    if (mayHoldSuperpage(hart, (page % PAGES_IN_HIGH) << 12, lowOf(page / PAGES_IN_HIGH)))
      return true;
  }
  return false;
}

/**
 * Fences each page of `bytes` bytes from an address on, which are neither none nor wrap: drops what they name.
 * A page of a superpage goes with any address in it; global entries stay when an ASID is named.
 */
export function fenceRange(
  hart: Hart,
  startLow: number,
  startHigh: number,
  bytes: number,
  asid: number,
  hasAsid: boolean,
): void {
  const first = (startHigh >>> 0) * PAGES_IN_HIGH + (startLow >>> 12);
  const last = first + Math.floor(((startLow & 4095) + bytes - 1) / 4096);
  if (last - first + 1 > FEW_PAGES || mayMeetSuperpage(hart, first, last)) {
    for (let entry = 0; entry < ENTRIES_END; entry += ENTRY_WORDS) {
      dropIf(hart, entry, first, last, asid, hasAsid);
    }
    return;
  }
  for (let page = first; page <= last; page++) {
    const low = (page % PAGES_IN_HIGH) << 12;
    dropIf(hart, entryFor(low, READ), page, page, asid, hasAsid);
    dropIf(hart, entryFor(low, WRITE), page, page, asid, hasAsid);
    dropIf(hart, entryFor(low, FETCH), page, page, asid, hasAsid);
  }
}
