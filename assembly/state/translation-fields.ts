/**
 * What a TLB knows, as a guest can observe it: the first halves of its entries, the context ids they stand
 * under, and the filters of fences. Second halves are the hypervisor's, and are found anew.
 */
import {
  at,
  CONTEXTS,
  CONTEXTS_OFFSET,
  GUEST_PAGES_OFFSET,
  GUEST_PAGES_SIZE,
  Hart,
  SUPERPAGES_OFFSET,
  SUPERPAGES_SIZE,
  TLB_DATA_ENTRIES,
  TLB_FETCH_ENTRIES,
  TLB_FETCH_OFFSET,
  TLB_READ_OFFSET,
  TLB_WRITE_OFFSET,
} from '../hart/hart';
import { CONTEXTS_MOST } from '../mmu/context';
import {
  ENTRY_SIZE,
  setAddend,
  setTag,
  TAG_CONTEXT,
  TAG_EMPTY,
  TAG_PAGE,
  TAG_SLOW,
  tagOf,
} from '../mmu/entry';
import { check, field, fields, loading, record } from './record';

/** Where the guest's half of an entry stands (mmu/entry). */
const GUEST_HALF: usize = 12;

export function visitTranslation(hart: usize): void {
  const state = at(hart);
  fields<u64>('contexts', hart + CONTEXTS_OFFSET, CONTEXTS);
  field<u32>('contextsUsed', hart + offsetof<Hart>('contextsUsed'));
  // A search for a context ends at a free place, of which there must be some.
  check(state.contextsUsed <= CONTEXTS_MOST && state.contextsUsed === countContexts(hart));
  field<u64>('dataContext', hart + offsetof<Hart>('dataContext'));
  check(isContext(state.dataContext));
  field<u64>('fetchContext', hart + offsetof<Hart>('fetchContext'));
  check(isContext(state.fetchContext));
  field<u32>('globalPages', hart + offsetof<Hart>('globalPages'));
  check(state.globalPages <= 1);
  field<u32>('hugeSuperpages', hart + offsetof<Hart>('hugeSuperpages'));
  check(state.hugeSuperpages <= 1);
  field<u32>('hugeGuestPages', hart + offsetof<Hart>('hugeGuestPages'));
  check(state.hugeGuestPages <= 1);
  fields<u8>('superpages', hart + SUPERPAGES_OFFSET, <u32>SUPERPAGES_SIZE);
  fields<u8>('guestPages', hart + GUEST_PAGES_OFFSET, <u32>GUEST_PAGES_SIZE);
  visitTags('readTags', hart + TLB_READ_OFFSET, TLB_DATA_ENTRIES);
  fields<u32>('readPages', hart + TLB_READ_OFFSET + GUEST_HALF, TLB_DATA_ENTRIES, ENTRY_SIZE);
  visitTags('writeTags', hart + TLB_WRITE_OFFSET, TLB_DATA_ENTRIES);
  fields<u32>('writePages', hart + TLB_WRITE_OFFSET + GUEST_HALF, TLB_DATA_ENTRIES, ENTRY_SIZE);
  visitTags('fetchTags', hart + TLB_FETCH_OFFSET, TLB_FETCH_ENTRIES);
  fields<u32>('fetchPages', hart + TLB_FETCH_OFFSET + GUEST_HALF, TLB_FETCH_ENTRIES, ENTRY_SIZE);
}

function countContexts(hart: usize): u32 {
  let used: u32 = 0;
  for (let id: usize = 0; id < <usize>CONTEXTS; ++id) {
    if (load<u64>(hart + (id << 3), CONTEXTS_OFFSET)) used += 1;
  }
  return used;
}

function isContext(context: u64): bool {
  return (context & ~TAG_CONTEXT) === 0 && context !== TAG_EMPTY;
}

/** SLOW is set in all of them, on the way out and on the way in: their addresses are of one host. */
function visitTags(name: string, begin: usize, count: u32): void {
  const tags = record(name, 8, count);
  if (!tags) return;
  let right = true;
  for (let index: usize = 0; index < <usize>count; ++index) {
    const place = tags + (index << 3);
    const entry = begin + index * ENTRY_SIZE;
    if (!loading) {
      store<u64>(place, tagOf(entry) | TAG_SLOW);
      continue;
    }
    const tag = load<u64>(place) | TAG_SLOW;
    right = right && (tag & ~(TAG_PAGE | TAG_SLOW | TAG_CONTEXT)) === 0;
    setTag(entry, tag);
    setAddend(entry, 0);
  }
  check(right);
}
