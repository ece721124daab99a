/**
 * The page-table walker: Sv39, Sv48, Sv57 by satp (Privileged 12.3.2 to 12.6); with V=1 by vsatp, each
 * of whose addresses then passes the G-stage (15.5).
 *
 * `walk` either yields physical page, level and flags in `walked*`, or sets `walkFault` to the cause.
 * The variables live within one call into the core.
 */
import { recordEntry, recording } from '../debug/walk-record';
import { at, SUPERVISOR, USER } from '../hart/hart';
import { vmidOf } from './context';
import { FETCH, LEVEL_NAPOT, PROBE, READ, WRITE } from './entry';
import { noteGuestPage } from './guest-pages';
import {
  regimeExecutable,
  regimeMxr,
  regimePrivilege,
  regimeRoot,
  regimeSum,
  regimeVirtual,
} from './regime';
import {
  entryRead,
  environment,
  isLeaf,
  isMisaligned,
  isWellFormed,
  leafPage,
  missingBits,
  nextTable,
  PTE_G,
  PTE_N,
  PTE_R,
  PTE_U,
  PTE_W,
  PTE_X,
  ROOT_PPN,
  readTable,
  setsBits,
  updateTable,
} from './table';
import {
  fail,
  IMPLICIT_READ,
  IMPLICIT_WRITE,
  pageFault,
  WALK_AGAIN,
  walkFault,
} from './walk-fault';
import { guestLevel, guestWalked, walkGuest } from './walk-guest';

/** Physical address of the page. */
export let walkedAddress: u64 = 0;
/** Of the first stage: level, and G and U of the leaf. */
export let walkedLevel: u32 = 0;
export let walkedGlobal: bool = false;
export let walkedUser: bool = false;
/** What the first stage yielded, and with V=1 the level of its page in the G-stage. */
export let walkedGuest: u64 = 0;
export let walkedGuestLevel: u32 = 0;

/** Whether a leaf lets the regime make this access (step 6 of 12.3.2, 12.1.1.2). */
function permits(pte: u64, access: u32): bool {
  if (access === PROBE) return true;
  if (pte & PTE_U) {
    if (regimePrivilege === SUPERVISOR && (access === FETCH || !regimeSum)) return false;
  } else if (regimePrivilege === USER) {
    return false;
  }
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  if (regimeExecutable) return (pte & PTE_X) !== 0;
  return (pte & PTE_R) !== 0 || (regimeMxr && (pte & PTE_X) !== 0);
}

/** Sets A, and D for a store, in a leaf at `address`; with V=1 that is a store by the G-stage. */
function update(hart: usize, address: u64, physical: u64, pte: u64, bits: u64, access: u32): bool {
  if (!setsBits(environment(hart, regimeVirtual))) return fail(pageFault(access));
  if (regimeVirtual && !walkGuest(hart, address, WRITE, access, IMPLICIT_WRITE)) return false;
  return recording || updateTable(hart, physical, pte, bits, access);
}

/** The first stage: `walkedGuest`, level and flags. */
function walkFirst(hart: usize, va: u64, access: u32, root: u64): bool {
  const levels = <u32>(root >> 60) - 5;
  const unused = 64 - (12 + 9 * levels);
  if (<u64>(((<i64>va) << unused) >> unused) !== va) return fail(pageFault(access));
  const config = environment(hart, regimeVirtual);
  let table = (root & ROOT_PPN) << 12;
  for (let level = levels - 1; ; --level) {
    const address = table + (((va >> (12 + 9 * level)) & 511) << 3);
    let physical = address;
    if (regimeVirtual) {
      const implicit = access === PROBE ? PROBE : READ;
      if (!walkGuest(hart, address, implicit, access, IMPLICIT_READ)) return false;
      physical = guestWalked;
      if (!recording) noteGuestPage(hart, address, guestLevel, vmidOf(hart));
    }
    if (!readTable(hart, physical, access)) return false;
    const pte = entryRead;
    if (recording) recordEntry(0, level, address, physical, pte);
    else at(hart).tableReads += 1;
    if (!isWellFormed(hart, pte, level, config)) return fail(pageFault(access));
    if (pte & PTE_G) walkedGlobal = true;
    if (!isLeaf(pte)) {
      if (!level) return fail(pageFault(access));
      table = nextTable(pte);
      continue;
    }
    if (!permits(pte, access) || isMisaligned(pte, level)) return fail(pageFault(access));
    const bits = access === PROBE ? 0 : missingBits(pte, access === WRITE);
    if (bits && !update(hart, address, physical, pte, bits, access)) return false;
    walkedGuest = leafPage(pte, level, va);
    walkedLevel = pte & PTE_N ? LEVEL_NAPOT : level;
    walkedUser = (pte & PTE_U) !== 0;
    return true;
  }
}

function walkOnce(hart: usize, va: u64, access: u32): bool {
  const root = regimeRoot(hart);
  walkedGlobal = false;
  walkedUser = false;
  walkedLevel = 0;
  walkedGuest = va & ~0xfff;
  walkedGuestLevel = 0;
  if (root >> 60 && !walkFirst(hart, va, access, root)) return false;
  walkedAddress = walkedGuest;
  if (!regimeVirtual) return true;
  if (!walkGuest(hart, walkedGuest | (va & 0xfff), access, access, 0)) return false;
  walkedAddress = guestWalked & ~0xfff;
  walkedGuestLevel = guestLevel;
  return true;
}

/**
 * Translates `va` for `access` in the regime that mmu/regime was set to, which translates.
 *
 * A PROBE asks no permission and leaves the tables as they are, and so does every walk that is written
 * down (debug/walk-record).
 *
 * True: `walkedAddress` is the physical address of va's page. False: `walkFault`.
 */
export function walk(hart: usize, va: u64, access: u32): bool {
  let done = walkOnce(hart, va, access);
  // Each time anew, another A or D bit was set.
  while (!done && walkFault === WALK_AGAIN) done = walkOnce(hart, va, access);
  return done;
}
