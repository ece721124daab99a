/**
 * The TLB's slow side: filling, resolving, fencing. The fast side, one compare, stands inline in
 * exec/interpreter; mmu/entry describes the entry.
 */
import { isWatchedPage } from '../debug/watchpoints';
import { changePage, readPage } from '../frames/door';
import { frameRecord } from '../frames/host';
import { isRamPage } from '../frames/map';
import { at } from '../hart/hart';
import { countInRegime, REGIME_MISS_READ } from '../hart/regime';
import { PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, RAM_BASE } from '../layout';
import { vmAt } from '../vm/vm';
import { guestAccessContext, holdsIn, vmidOf } from './context';
import {
  entryFor,
  FETCH,
  GUEST_GLOBAL,
  GUEST_LEVEL_SHIFT,
  GUEST_LIMIT,
  GUEST_USER,
  guestAddress,
  guestOf,
  READ,
  setAddend,
  setGuest,
  setTag,
  TAG_CONTEXT,
  TAG_CONTEXT_SHIFT,
  TAG_PAGE,
  TAG_SLOW,
  tagOf,
  WRITE,
} from './entry';
import { noteGuestPage } from './guest-pages';
import { checkPmp, PMP_ALLOW, PMP_DENY } from './pmp';
import {
  countedRegime,
  isExecutableAccess,
  isGuestAccess,
  isTranslated,
  privilegeOf,
  regimeVirtual,
  setDataRegime,
  setFetchRegime,
} from './regime';
import { noteSuperpage } from './superpages';
import {
  walk,
  walkedAddress,
  walkedGlobal,
  walkedGuest,
  walkedGuestLevel,
  walkedLevel,
  walkedUser,
} from './walk';
import { accessFault, WALK_NO_MEMORY, walkFault } from './walk-fault';

/** Why the last `translate` or `resolve` yielded 0: a cause, or NO_MEMORY, or IS_MMIO. */
export let fault: u64 = 0;
export const NO_MEMORY: u64 = WALK_NO_MEMORY;
export const IS_MMIO: u64 = u64.MAX_VALUE - 1;

/** Whether the last `translate` filled its entry by a walk. */
let filled: bool = false;

/** Counts a miss, by its kind and by the regime that mmu/regime was set to. */
function countMiss(hart: usize, access: u32): void {
  if (access === READ) at(hart).missRead += 1;
  else if (access === WRITE) at(hart).missWrite += 1;
  else at(hart).missFetch += 1;
  countInRegime(hart, countedRegime(), REGIME_MISS_READ + access, 1);
}

/** The context of an access, in its place in a tag. */
function contextOf(hart: usize, access: u32): u64 {
  if (access === FETCH) return at(hart).fetchContext;
  return isGuestAccess() ? guestAccessContext(hart) : at(hart).dataContext;
}

/**
 * The entry whose first half translates `va` for `access`: found, taken over from another context, or
 * filled by a walk. 0 with `fault` when the walk failed.
 */
export function translate(hart: usize, va: u64, access: u32): usize {
  const context = contextOf(hart, access);
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
  if (access === FETCH) setFetchRegime(hart);
  else setDataRegime(hart);
  countMiss(hart, access);
  let address = va & TAG_PAGE;
  let flags: u32 = 0;
  if (isTranslated(hart)) {
    if (!walk(hart, va, access)) {
      fault = walkFault;
      return 0;
    }
    address = walkedAddress;
    flags = walkedLevel << GUEST_LEVEL_SHIFT;
    if (walkedGlobal) {
      flags |= GUEST_GLOBAL;
      at(hart).globalPages = 1;
    }
    if (walkedUser) flags |= GUEST_USER;
    if (walkedLevel) noteSuperpage(hart, va, walkedLevel);
    if (regimeVirtual) noteGuestPage(hart, walkedGuest, walkedGuestLevel, vmidOf(hart));
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
  const privilege = privilegeOf(hart, access);
  const executable = access === READ && isExecutableAccess();
  const verdict = checkPmp(hart, gpa & TAG_PAGE, PAGE_SIZE, access, privilege);
  if (verdict !== PMP_ALLOW) {
    if (verdict === PMP_DENY || checkPmp(hart, gpa, bytes, access, privilege) !== PMP_ALLOW) {
      fault = accessFault(access);
      return 0;
    }
  }
  const page = (gpa - RAM_BASE) >> PAGE_SHIFT;
  if (!isRamPage(vm, page)) {
    // Nothing is executed from devices, so that HLVX does not read them either (15.3.1).
    fault = executable ? accessFault(access) : IS_MMIO;
    return 0;
  }
  if (executable && checkPmp(hart, gpa, bytes, FETCH, privilege) !== PMP_ALLOW) {
    fault = accessFault(access);
    return 0;
  }
  const offset = <u32>gpa & PAGE_MASK;
  let fast = verdict === PMP_ALLOW && !executable;
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
