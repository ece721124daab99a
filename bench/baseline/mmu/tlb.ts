/**
 * The TLB's slow side: filling and resolving. The fast side, one compare of both halves of a tag, stands inline
 * in exec/hot-loop; mmu/tlb-entries describes an entry.
 */

import { SATP } from '../hart/csr-slot.js';
import {
  type Hart,
  MACHINE,
  MISS_CODE,
  MISS_FETCH,
  MISS_GLOBAL,
  MISS_READ,
  MISS_REFILL,
  MISS_WRITE,
} from '../hart/hart.js';
import { countInRegime, REGIME_MISS_READ } from '../hart/regime.js';
import { PAGE_MASK, PAGE_SIZE, RAM_BASE } from '../layout.js';
import { changePage } from '../memory/door.js';
import { dataPrivilege, holdsIn } from './context.js';
import { checkPmp, PMP_ALLOW, PMP_DENY } from './pmp.js';
import { noteSuperpage } from './superpages.js';
import {
  DATA_INDEX,
  FETCH,
  FETCH_ENTRIES,
  FETCH_INDEX,
  GUEST_GLOBAL,
  GUEST_LEVEL_SHIFT,
  GUEST_LIMIT,
  GUEST_PAGE_MASK,
  GUEST_USER,
  READ,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_PAGE,
  TAG_SLOW,
  WRITE,
  WRITE_ENTRIES,
} from './tlb-entries.js';
import {
  accessFault,
  walk,
  walkedAddress,
  walkedGlobal,
  walkedLevel,
  walkedUser,
  walkFault,
} from './walk.js';

/** Why the last `translate` or `resolve` yielded -1: a cause, or IS_MMIO. */
export let fault = 0;
export const IS_MMIO = -2;

/** Whether the last `translate` filled its entry by a walk. */
let filled = false;

/** First word of the entry that an address can be in. */
export function entryFor(low: number, access: number): number {
  if (access === READ) return (low >>> 10) & DATA_INDEX;
  if (access === WRITE) return ((low >>> 10) & DATA_INDEX) + WRITE_ENTRIES;
  return (((low >>> 10) ^ (low >>> 14)) & FETCH_INDEX) + FETCH_ENTRIES;
}

/** Guest-physical address by an entry that translates it. */
export function guestAddress(hart: Hart, entry: number, low: number): number {
  return (hart.tlb.entries[entry + 3] & GUEST_PAGE_MASK) * PAGE_SIZE + (low & PAGE_MASK);
}

function privilegeFor(hart: Hart, access: number): number {
  return access === FETCH ? hart.privilege : dataPrivilege(hart);
}

/** Counts a miss of an access with `privilege`, by its kind. */
function countMiss(hart: Hart, access: number, privilege: number): void {
  const kind = access === READ ? MISS_READ : access === WRITE ? MISS_WRITE : MISS_FETCH;
  hart.misses[kind] += 1;
  countInRegime(hart, privilege, REGIME_MISS_READ + kind - MISS_READ);
}

/**
 * The entry whose first half translates the address for `access`: found, taken over from another context,
 * or filled by a walk. -1 with `fault` when the walk failed.
 */
export function translate(hart: Hart, low: number, high: number, access: number): number {
  const { entries } = hart.tlb;
  const context = access === FETCH ? hart.fetchContext : hart.dataContext;
  const entry = entryFor(low, access);
  const want = (low & TAG_PAGE) | context;
  const tag = entries[entry];
  filled = false;
  if (entries[entry + 1] === high) {
    if ((tag & ~TAG_SLOW) === want) return entry;
    if ((tag & TAG_PAGE) === (low & TAG_PAGE)) {
      const guest = entries[entry + 3];
      const from = (tag & TAG_CONTEXT) >> TAG_CONTEXT_SHIFT;
      const to = context >> TAG_CONTEXT_SHIFT;
      if (holdsIn(hart, from, to, (guest & GUEST_GLOBAL) !== 0, (guest & GUEST_USER) !== 0)) {
        hart.misses[MISS_GLOBAL] += 1;
        entries[entry] = want | (tag & TAG_SLOW);
        return entry;
      }
    }
  }
  const privilege = privilegeFor(hart, access);
  countMiss(hart, access, privilege);
  let flags = 0;
  let page = 0;
  if (privilege !== MACHINE && hart.csr[SATP + 1] >>> 28 !== 0) {
    if (!walk(hart, low, high, access, privilege)) {
      fault = walkFault;
      return -1;
    }
    if (walkedAddress >= GUEST_LIMIT) {
      fault = accessFault(access);
      return -1;
    }
    page = walkedAddress / PAGE_SIZE;
    flags = walkedLevel << GUEST_LEVEL_SHIFT;
    if (walkedGlobal) flags |= GUEST_GLOBAL;
    if (walkedUser) flags |= GUEST_USER;
    if (walkedLevel !== 0) noteSuperpage(hart, low, high, walkedLevel);
  } else {
    if (high >>> 0 >= GUEST_LIMIT / 0x1_0000_0000) {
      fault = accessFault(access);
      return -1;
    }
    page = (low >>> 12) | (high << 20);
  }
  filled = true;
  entries[entry] = want | TAG_SLOW;
  entries[entry + 1] = high;
  entries[entry + 3] = page | flags;
  return entry;
}

/** Whether nothing speaks against a fast entry for what `resolve` resolved last. */
export let resolvedFast = false;

/**
 * Linear address for an access of `bytes` bytes within the page, by an entry that translates it; a store's
 * page passed the door. A data entry becomes fast where nothing speaks against it; a fetch entry must
 * be slow, and exec/fetch makes it fast once it has the page's code. -1 with `fault`: an access
 * fault by PMP, or IS_MMIO.
 */
export function resolve(
  hart: Hart,
  entry: number,
  low: number,
  bytes: number,
  access: number,
): number {
  const { vm } = hart;
  const { entries } = hart.tlb;
  const tag = entries[entry];
  if ((tag & TAG_SLOW) === 0) return (low + entries[entry + 2]) >>> 0;
  const gpa = guestAddress(hart, entry, low);
  const offset = low & PAGE_MASK;
  const privilege = privilegeFor(hart, access);
  const verdict = checkPmp(hart, gpa - offset, PAGE_SIZE, access, privilege);
  if (verdict !== PMP_ALLOW) {
    if (verdict === PMP_DENY || checkPmp(hart, gpa, bytes, access, privilege) !== PMP_ALLOW) {
      fault = accessFault(access);
      return -1;
    }
  }
  const page = (gpa - offset - RAM_BASE) / PAGE_SIZE;
  if (page < 0 || page >= vm.ramPages) {
    fault = IS_MMIO;
    return -1;
  }
  let fast = verdict === PMP_ALLOW;
  if (access === WRITE) {
    changePage(vm, page, offset, bytes);
    const code = vm.code.hasLines(page);
    if (code) hart.misses[MISS_CODE] += 1;
    if (code || page === Math.floor((vm.tohost - RAM_BASE) / PAGE_SIZE)) fast = false;
  }
  resolvedFast = fast;
  if (fast && !filled) hart.misses[MISS_REFILL] += 1;
  const address = vm.ramStart + page * PAGE_SIZE;
  if (fast && access !== FETCH) {
    entries[entry + 2] = (address - (low & ~PAGE_MASK)) | 0;
    entries[entry] = tag & ~TAG_SLOW;
  }
  return address + offset;
}
