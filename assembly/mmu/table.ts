/** Page-table entries, those of the G-stage included (Privileged 12.3, 12.4; Svnapot, Svpbmt, Svadu). */
import { recording } from '../debug/walk-record';
import { guestRead, guestWrite } from '../frames/door';
import { Ext } from '../generated/ops';
import { at, SUPERVISOR } from '../hart/hart';
import { ADUE, PBMTE } from '../hart/status';
import { vmAt } from '../vm/vm';
import { READ, WRITE } from './entry';
import { checkPmp, isAllOpen, PMP_ALLOW } from './pmp';
import { accessFault, fail, WALK_AGAIN, WALK_NO_MEMORY } from './walk-fault';

export const PTE_V: u64 = 1;
export const PTE_R: u64 = 1 << 1;
export const PTE_W: u64 = 1 << 2;
export const PTE_X: u64 = 1 << 3;
export const PTE_U: u64 = 1 << 4;
export const PTE_G: u64 = 1 << 5;
export const PTE_A: u64 = 1 << 6;
export const PTE_D: u64 = 1 << 7;
export const PTE_N: u64 = 1 << 63;
/** The PPN field of satp, vsatp and hgatp. */
export const ROOT_PPN: u64 = (1 << 44) - 1;

const PTE_PPN_SHIFT: u64 = 10;
const PTE_PPN: u64 = (1 << 44) - 1;
const PTE_RESERVED: u64 = 0x7f << 54;
const PTE_PBMT_SHIFT: u64 = 61;
/** All that stands above the page number. */
const PTE_UPPER: u64 = 0x3ff << 54;
/** Pages that a Svnapot entry of 64 KiB maps, less one. */
const NAPOT: u64 = 15;

export function isLeaf(pte: u64): bool {
  return (pte & (PTE_R | PTE_X)) !== 0;
}

/** menvcfg, or for the VS-stage henvcfg as far as menvcfg lets it (3.1.18, 15.2.5). */
export function environment(hart: usize, virtual: bool): u64 {
  return virtual ? at(hart).menvcfg & at(hart).henvcfg : at(hart).menvcfg;
}

/**
 * Whether an entry is valid: present, not writable only, and its upper bits as the enabled extensions
 * allow (step 3 of 12.3.2). `config` is the stage's `environment`.
 */
export function isWellFormed(hart: usize, pte: u64, level: u32, config: u64): bool {
  if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) === PTE_W) return false;
  if (pte & PTE_UPPER && !isUpperAllowed(hart, pte, level, config)) return false;
  return isLeaf(pte) || !(pte & (PTE_D | PTE_A | PTE_U));
}

function isUpperAllowed(hart: usize, pte: u64, level: u32, config: u64): bool {
  if (pte & PTE_RESERVED) return false;
  const leaf = isLeaf(pte);
  const memoryType = (pte >> PTE_PBMT_SHIFT) & 3;
  if (memoryType && (!leaf || memoryType === 3 || !(config & PBMTE))) return false;
  if (pte & PTE_N) {
    if (!leaf || level || !(at(hart).extensions & Ext.SVNAPOT)) return false;
    if (((pte >> PTE_PPN_SHIFT) & 15) !== 8) return false;
  }
  return true;
}

/** Address of the table that a non-leaf entry names. */
export function nextTable(pte: u64): u64 {
  return ((pte >> PTE_PPN_SHIFT) & PTE_PPN) << 12;
}

/** A superpage whose page number has bits below its level (step 6). */
export function isMisaligned(pte: u64, level: u32): bool {
  return ((pte >> PTE_PPN_SHIFT) & PTE_PPN & (((<u64>1) << (9 * level)) - 1)) !== 0;
}

/** Page address that a leaf yields for `address`. */
export function leafPage(pte: u64, level: u32, address: u64): u64 {
  const within = (((<u64>1) << (9 * level)) - 1) | (pte & PTE_N ? NAPOT : 0);
  const ppn = (pte >> PTE_PPN_SHIFT) & PTE_PPN;
  return ((ppn & ~within) | ((address >> 12) & within)) << 12;
}

/** Linear address of the entry at `physical`; 0 with the access fault of `access`. */
export function locateEntry(hart: usize, physical: u64, access: u32): usize {
  if (isAllOpen(hart) || checkPmp(hart, physical, 8, READ, SUPERVISOR) === PMP_ALLOW) {
    const pointer = guestRead(at(hart).vm, physical);
    if (pointer) return pointer;
    if (vmAt(at(hart).vm).missing) {
      fail(WALK_NO_MEMORY);
      return 0;
    }
  }
  fail(accessFault(access));
  return 0;
}

/** A and D bits that an access needs and the entry lacks. */
export function missingBits(pte: u64, store: bool): u64 {
  return (store ? PTE_A | PTE_D : PTE_A) & ~pte;
}

/** Whether the stage sets A and D by itself (Svadu); else their absence is a page fault. */
export function setsBits(config: u64): bool {
  return (config & ADUE) !== 0;
}

/**
 * Sets `bits` in the entry at `physical`, if it still is `pte`; the page passes the one door. A walk that
 * is written down only asks whether it might. False with a fault, also WALK_AGAIN: another hart, or this
 * walk's own G-stage, changed the entry.
 */
export function updateTable(hart: usize, physical: u64, pte: u64, bits: u64, access: u32): bool {
  if (checkPmp(hart, physical, 8, WRITE, SUPERVISOR) !== PMP_ALLOW) {
    return fail(accessFault(access));
  }
  if (recording) return true;
  const pointer = guestWrite(at(hart).vm, physical);
  if (!pointer) return fail(WALK_NO_MEMORY);
  return atomic.cmpxchg<u64>(pointer, pte, pte | bits) === pte || fail(WALK_AGAIN);
}
