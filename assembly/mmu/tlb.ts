/**
 * The TLB's slow side: filling, resolving, fencing. The fast side, one compare, stands inline in
 * exec/interpreter; mmu/entry describes the entry.
 */
import { isWatchedPage } from '../debug/watchpoints';
import { changePage, readPage } from '../frames/door';
import { frameRecord } from '../frames/host';
import { isRamPage } from '../frames/map';
import { at, MACHINE } from '../hart/hart';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { vmAt } from '../vm/vm';
import { spendWork } from '../vm/work';
import { dataPrivilege, emptyTlb, holdsIn, isOfAsid, retireAsid, selectContexts } from './context';
import {
  ENTRIES_BEGIN,
  ENTRIES_END,
  ENTRY_SIZE,
  entryFor,
  FETCH,
  GUEST_GLOBAL,
  GUEST_LEVEL_SHIFT,
  GUEST_LIMIT,
  GUEST_USER,
  guestAddress,
  guestOf,
  LEVEL_NAPOT,
  READ,
  setAddend,
  setGuest,
  setTag,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_EMPTY,
  TAG_PAGE,
  TAG_SLOW,
  tagOf,
  WRITE,
} from './entry';
import { checkPmp, PMP_ALLOW, PMP_DENY } from './pmp';
import { mayHoldSuperpage, noteSuperpage } from './superpages';
import {
  accessFault,
  WALK_NO_MEMORY,
  walk,
  walkedAddress,
  walkedGlobal,
  walkedLevel,
  walkedUser,
  walkFault,
} from './walk';

/** Why the last `translate` or `resolve` yielded 0: a cause, or NO_MEMORY, or IS_MMIO. */
export let fault: u64 = 0;
export const NO_MEMORY: u64 = WALK_NO_MEMORY;
/** A fence of more pages searches all entries instead of looking each page up. */
const FEW_PAGES: u64 = 32;
/** Work of looking one page up in all three arrays (vm/work). */
const PAGE_WORK: u32 = 16;
export const IS_MMIO: u64 = u64.MAX_VALUE - 1;

/** Whether the last `translate` filled its entry by a walk. */
let filled: bool = false;

function privilegeFor(hart: usize, access: u32): u32 {
  return access === FETCH ? at(hart).privilege : dataPrivilege(hart);
}

function countMiss(hart: usize, access: u32): void {
  if (access === READ) at(hart).missRead += 1;
  else if (access === WRITE) at(hart).missWrite += 1;
  else at(hart).missFetch += 1;
}

/**
 * The entry whose first half translates `va` for `access`: found, taken over from another context, or
 * filled by a walk. 0 with `fault` when the walk failed.
 */
export function translate(hart: usize, va: u64, access: u32): usize {
  const context = access === FETCH ? at(hart).fetchContext : at(hart).dataContext;
  const entry = entryFor(hart, va, access);
  const want = (va & TAG_PAGE) | context;
  const tag = tagOf(entry);
  filled = false;
  if ((tag & ~TAG_SLOW) === want) return entry;
  if ((tag & TAG_PAGE) === (va & TAG_PAGE)) {
    const guest = guestOf(entry);
    const from = <u32>((tag & TAG_CONTEXT) >> TAG_CONTEXT_SHIFT);
    const to = <u32>(context >> TAG_CONTEXT_SHIFT);
    if (holdsIn(hart, from, to, (guest & GUEST_GLOBAL) !== 0, (guest & GUEST_USER) !== 0)) {
      at(hart).missGlobal += 1;
      setTag(entry, want | (tag & TAG_SLOW));
      return entry;
    }
  }
  countMiss(hart, access);
  const privilege = privilegeFor(hart, access);
  let address = va & TAG_PAGE;
  let flags: u32 = 0;
  if (privilege !== MACHINE && at(hart).satp >> 60) {
    if (!walk(hart, va, access, privilege)) {
      fault = walkFault;
      return 0;
    }
    address = walkedAddress;
    flags = walkedLevel << GUEST_LEVEL_SHIFT;
    if (walkedGlobal) flags |= GUEST_GLOBAL;
    if (walkedUser) flags |= GUEST_USER;
    if (walkedLevel) noteSuperpage(hart, va, walkedLevel);
  }
  if (address >= GUEST_LIMIT) {
    fault = accessFault(access);
    return 0;
  }
  filled = true;
  setTag(entry, want | TAG_SLOW);
  setGuest(entry, <u32>(address >> PAGE_SHIFT) | flags);
  return entry;
}

/** Whether nothing speaks against a fast entry for what `resolve` resolved last. */
export let resolvedFast: bool = false;

/**
 * Linear address of `va` for an access of `bytes` bytes within the page, by an entry that translates
 * it; a store's page passed the door. A data entry becomes fast where nothing speaks against it; a fetch
 * entry must be slow, and exec/fetch makes it fast once it has the page's code. 0 with
 * `fault`: an access fault by PMP, NO_MEMORY, or IS_MMIO.
 */
export function resolve(hart: usize, entry: usize, va: u64, bytes: u32, access: u32): usize {
  const tag = tagOf(entry);
  if (!(tag & TAG_SLOW)) return <usize>(<u32>va + load<u32>(entry, 8));
  const vm = <usize>at(hart).vm;
  const gpa = guestAddress(entry, va);
  const privilege = privilegeFor(hart, access);
  const verdict = checkPmp(hart, gpa & TAG_PAGE, PAGE_SIZE, access, privilege);
  if (verdict !== PMP_ALLOW) {
    if (verdict === PMP_DENY || checkPmp(hart, gpa, bytes, access, privilege) !== PMP_ALLOW) {
      fault = accessFault(access);
      return 0;
    }
  }
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) {
    fault = IS_MMIO;
    return 0;
  }
  const offset = <u32>gpa & PAGE_MASK;
  let fast = verdict === PMP_ALLOW;
  let address: usize;
  if (access === WRITE) {
    address = changePage(vm, <u32>page, offset, bytes);
    if (address) {
      const code = frameRecord(<u32>(address >> PAGE_SHIFT)).codeLines !== 0;
      if (code) at(hart).missCode += 1;
      if (code || page === (vmAt(vm).tohost - RAM_BASE) >> PAGE_SHIFT) fast = false;
    }
  } else {
    address = readPage(vm, <u32>page, true);
  }
  if (access !== FETCH && isWatchedPage(vm, va)) fast = false;
  if (!address) {
    fault = NO_MEMORY;
    return 0;
  }
  resolvedFast = fast;
  if (fast && !filled) at(hart).missRefill += 1;
  if (fast && access !== FETCH) {
    setAddend(entry, <u32>address - (<u32>va & ~PAGE_MASK));
    setTag(entry, tag & ~TAG_SLOW);
  }
  return address + offset;
}

/** Empties the hart's TLB (a fence without operands, or a write of a PMP register). */
export function flushAll(hart: usize): void {
  emptyTlb(hart);
  selectContexts(hart);
}

/** Bits of the virtual page number that a superpage of this level leaves free. */
function coveredBits(level: u32): u64 {
  return level === LEVEL_NAPOT ? 0xffff : ((<u64>PAGE_SIZE) << (9 * level)) - 1;
}

/** Whether an entry holds a page of [first, last], itself or by the superpage it is of. */
function meets(entry: usize, first: u64, last: u64): bool {
  const covered = coveredBits(guestOf(entry) >> GUEST_LEVEL_SHIFT);
  const begin = tagOf(entry) & ~covered;
  return begin <= last && begin + covered >= first;
}

/** Whether a fence for `asid` spares the entry: it is global, or of another address space. */
function isSpared(hart: usize, entry: usize, asid: u32): bool {
  if (guestOf(entry) & GUEST_GLOBAL) return true;
  return !isOfAsid(hart, <u32>((tagOf(entry) & TAG_CONTEXT) >> TAG_CONTEXT_SHIFT), asid);
}

function dropIf(hart: usize, entry: usize, first: u64, last: u64, asid: u32, hasAsid: bool): void {
  if (meets(entry, first, last) && !(hasAsid && isSpared(hart, entry, asid))) {
    setTag(entry, TAG_EMPTY);
  }
}

/** SFENCE.VMA of the whole address space (Privileged 12.2.1), or of all of one ASID's but global pages. */
export function fenceAll(hart: usize, asid: u32, hasAsid: bool): void {
  if (hasAsid) retireAsid(hart, asid);
  else flushAll(hart);
}

/**
 * SFENCE.VMA of each page of [start, start + bytes), which is neither empty nor wraps: drops what they name. A
 * page of a superpage goes with any address in it; global entries stay when an ASID is named.
 */
export function fenceRange(hart: usize, start: u64, bytes: u64, asid: u32, hasAsid: bool): void {
  const first = start & TAG_PAGE;
  const last = (start + bytes - 1) | ~TAG_PAGE;
  const pages = ((last - first) >> PAGE_SHIFT) + 1;
  let search = pages > FEW_PAGES;
  for (let page: u64 = 0; !search && page < pages; ++page) {
    search = mayHoldSuperpage(hart, first + (page << PAGE_SHIFT));
  }
  if (search) {
    spendWork(at(hart).vm, <u32>((ENTRIES_END - ENTRIES_BEGIN) / ENTRY_SIZE));
    for (let entry = hart + ENTRIES_BEGIN; entry < hart + ENTRIES_END; entry += ENTRY_SIZE) {
      dropIf(hart, entry, first, last, asid, hasAsid);
    }
    return;
  }
  spendWork(at(hart).vm, <u32>pages * PAGE_WORK);
  for (let page: u64 = 0; page < pages; ++page) {
    const va = first + (page << PAGE_SHIFT);
    dropIf(hart, entryFor(hart, va, READ), va, va, asid, hasAsid);
    dropIf(hart, entryFor(hart, va, WRITE), va, va, asid, hasAsid);
    dropIf(hart, entryFor(hart, va, FETCH), va, va, asid, hasAsid);
  }
}
