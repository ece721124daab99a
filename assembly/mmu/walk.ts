/**
 * The page-table walker: Sv39, Sv48, Sv57 by satp (Privileged 12.3.2 to 12.6); with V=1 by vsatp, each
 * of whose addresses then passes the G-stage, Sv39x4, Sv48x4 or Sv57x4 by hgatp (15.5).
 *
 * ```
 * walkStage(root, address):
 *   for each level from the root's on:
 *     first stage with V=1: the entry's own address passes walkStage(hgatp, …) as an implicit load
 *     read the entry; not well-formed, or no leaf at level 0: fault
 *     leaf: check permission and alignment, set A and D, yield the page
 * ```
 * `walk` either yields physical page, level and flags in `walked*`, or sets `walkFault` to the cause.
 * The variables live within one call into the core.
 */
import { recordEntry, recording } from '../debug/walk-record';
import { at, SUPERVISOR, USER } from '../hart/hart';
import { MXR, SUM } from '../hart/status';
import { vmidOf } from './context';
import { FETCH, LEVEL_NAPOT, PROBE, READ, WRITE } from './entry';
import { noteGuestPage } from './guest-pages';
import {
  EXECUTABLE,
  GUEST_MXR,
  regimePrivilege,
  regimeRights,
  regimeRoot,
  regimeVirtual,
} from './regime';
import {
  environment,
  isLeaf,
  isMisaligned,
  isWellFormed,
  leafPage,
  locateEntry,
  missingBits,
  nextTable,
  PTE_G,
  PTE_N,
  PTE_R,
  PTE_U,
  PTE_W,
  PTE_X,
  ROOT_PPN,
  setsBits,
  updateTable,
} from './table';
import {
  fail,
  failGuest,
  IMPLICIT_READ,
  IMPLICIT_WRITE,
  pageFault,
  WALK_AGAIN,
  walkFault,
} from './walk-fault';

/** Physical address of the page. */
export let walkedAddress: u64 = 0;
/** Of the first stage: level, and G and U of the leaf. */
export let walkedLevel: u32 = 0;
export let walkedGlobal: bool = false;
export let walkedUser: bool = false;
/** What the first stage yielded, and with V=1 the level of its page in the G-stage. */
export let walkedGuest: u64 = 0;
export let walkedGuestLevel: u32 = 0;

/** The stages, as debug/walk-record numbers them. */
const FIRST: u32 = 0;
const GUEST: u32 = 1;
/** An access that is not of the walk itself. */
const EXPLICIT: u64 = 0;

/** What the last walk of a stage yielded: page, leaf and its level. */
let stagePage: u64 = 0;
let stageLeaf: u64 = 0;
let stageLevel: u32 = 0;
/** The access that the whole walk is made for, whose faults are reported (15.5.1). */
let cause: u32 = READ;

/** Whether a leaf of the first stage lets the regime make this access (step 6 of 12.3.2, 12.1.1.2). */
function permits(pte: u64, access: u32): bool {
  if (pte & PTE_U) {
    if (regimePrivilege === SUPERVISOR && (access === FETCH || !(regimeRights & SUM))) return false;
  } else if (regimePrivilege === USER) {
    return false;
  }
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  if (regimeRights & EXECUTABLE) return (pte & PTE_X) !== 0;
  return (pte & (regimeRights & MXR ? PTE_R | PTE_X : PTE_R)) !== 0;
}

/** The same of the G-stage: all are user accesses; an implicit one is a plain load or store (15.5.1). */
function permitsGuest(pte: u64, access: u32, implicit: u64): bool {
  if (!(pte & PTE_U)) return false;
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  if (implicit) return (pte & PTE_R) !== 0;
  if (regimeRights & EXECUTABLE) return (pte & PTE_X) !== 0;
  return (pte & (regimeRights & GUEST_MXR ? PTE_R | PTE_X : PTE_R)) !== 0;
}

function refuse(stage: u32, address: u64, implicit: u64): bool {
  return stage === GUEST ? failGuest(cause, address, implicit) : fail(pageFault(cause));
}

/** Translates `address` by hgatp; as `walkStage`. */
function walkGuest(hart: usize, address: u64, access: u32, implicit: u64): bool {
  const hgatp = at(hart).hgatp;
  const mode = <u32>(hgatp >> 60);
  if (!mode) {
    stagePage = address & ~0xfff;
    stageLevel = 0;
    return true;
  }
  // The root is four pages: addresses have two more bits than those of the first stage.
  if (address >> (14 + 9 * (mode - 5))) return failGuest(cause, address, implicit);
  return walkStage(hart, hgatp, address, access, GUEST, implicit);
}

/** Sets A, and D for a store, in a leaf at `entry`; of a guest's table that is a store by the G-stage. */
function update(hart: usize, entry: u64, physical: u64, pte: u64, bits: u64, stage: u32): bool {
  if (stage === FIRST && regimeVirtual && !walkGuest(hart, entry, WRITE, IMPLICIT_WRITE)) {
    return false;
  }
  return updateTable(hart, physical, pte, bits, cause);
}

/** Where the entry of a guest's table is: `stagePage`. */
function locateGuestEntry(hart: usize, entry: u64, access: u32): bool {
  const read = access === PROBE ? PROBE : READ;
  if (!walkGuest(hart, entry, read, IMPLICIT_READ)) return false;
  if (!recording) noteGuestPage(hart, entry, stageLevel, vmidOf(hart));
  return true;
}

/**
 * Translates `address`, which has no bits beyond the mode's, by the tables at `root`.
 *
 * @param implicit EXPLICIT, or the pseudo-instruction of an access to a table of the first stage
 * @returns true with `stage*`; false with a fault
 */
function walkStage(
  hart: usize,
  root: u64,
  address: u64,
  access: u32,
  stage: u32,
  implicit: u64,
): bool {
  const nested = regimeVirtual && stage === FIRST;
  const config = environment(hart, nested);
  let level = <u32>(root >> 60) - 6;
  let table = (root & ROOT_PPN) << 12;
  let index = address >> (12 + 9 * level);
  if (stage === FIRST) index &= 511;
  for (; ; --level) {
    const entry = table + (index << 3);
    let physical = entry;
    if (nested) {
      if (!locateGuestEntry(hart, entry, access)) return false;
      physical = stagePage | (entry & 0xfff);
    }
    const pointer = locateEntry(hart, physical, cause);
    if (!pointer) return false;
    const pte = load<u64>(pointer);
    if (recording) recordEntry(stage, level, entry, physical, pte);
    else if (stage === FIRST) at(hart).tableReads += 1;
    else at(hart).guestTableReads += 1;
    if (!isWellFormed(hart, pte, level, config)) return refuse(stage, address, implicit);
    if (stage === FIRST && pte & PTE_G) walkedGlobal = true;
    if (!isLeaf(pte)) {
      if (!level) return refuse(stage, address, implicit);
      table = nextTable(pte);
      index = (address >> (12 + 9 * (level - 1))) & 511;
      continue;
    }
    if (isMisaligned(pte, level)) return refuse(stage, address, implicit);
    if (access !== PROBE) {
      const permitted =
        stage === FIRST ? permits(pte, access) : permitsGuest(pte, access, implicit);
      const bits = missingBits(pte, access === WRITE);
      if (!permitted || (bits && !setsBits(config))) return refuse(stage, address, implicit);
      if (bits && !update(hart, entry, physical, pte, bits, stage)) return false;
    }
    stagePage = leafPage(pte, level, address);
    stageLeaf = pte;
    stageLevel = pte & PTE_N ? LEVEL_NAPOT : level;
    return true;
  }
}

/** The first stage: `walkedGuest`, level and flags. */
function walkFirst(hart: usize, va: u64, access: u32, root: u64): bool {
  const unused = 64 - (12 + 9 * ((root >> 60) - 5));
  if (<u64>(((<i64>va) << unused) >> unused) !== va) return fail(pageFault(access));
  walkedGlobal = false;
  if (!walkStage(hart, root, va, access, FIRST, EXPLICIT)) return false;
  walkedGuest = stagePage;
  walkedLevel = stageLevel;
  walkedUser = (stageLeaf & PTE_U) !== 0;
  return true;
}

function walkOnce(hart: usize, va: u64, access: u32): bool {
  const root = regimeRoot(hart);
  walkedGuest = 0;
  if (root >> 60) {
    if (!walkFirst(hart, va, access, root)) return false;
  } else {
    walkedGuest = va & ~0xfff;
    walkedLevel = 0;
    walkedGlobal = false;
    walkedUser = false;
  }
  walkedAddress = walkedGuest;
  if (!regimeVirtual) return true;
  if (!walkGuest(hart, walkedGuest | (va & 0xfff), access, EXPLICIT)) return false;
  walkedAddress = stagePage;
  walkedGuestLevel = stageLevel;
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
  cause = access;
  let done: bool;
  // Each time anew, another A or D bit was set.
  do done = walkOnce(hart, va, access);
  while (!done && walkFault === WALK_AGAIN);
  return done;
}
