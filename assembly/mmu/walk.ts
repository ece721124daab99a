/**
 * The page-table walker: Sv39, Sv48, Sv57 (Privileged 12.3.2 to 12.6).
 *
 * `walk` either yields guest page, level and flags in `walked*`, or sets `walkFault` to the cause.
 * The variables live within one call into the core.
 */

import { guestRead, guestWrite } from '../frames/door';
import { Ext } from '../generated/ops';
import {
  FETCH_ACCESS,
  FETCH_PAGE,
  LOAD_ACCESS,
  LOAD_PAGE,
  STORE_ACCESS,
  STORE_PAGE,
} from '../hart/cause';
import { at, SUPERVISOR, USER } from '../hart/hart';
import { ADUE, MXR, PBMTE, SUM } from '../hart/status';
import { FETCH, LEVEL_NAPOT, PROBE, READ, WRITE } from './entry';
import { checkPmp, PMP_ALLOW } from './pmp';

const PTE_V: u64 = 1;
const PTE_R: u64 = 1 << 1;
const PTE_W: u64 = 1 << 2;
const PTE_X: u64 = 1 << 3;
const PTE_U: u64 = 1 << 4;
const PTE_G: u64 = 1 << 5;
const PTE_A: u64 = 1 << 6;
const PTE_D: u64 = 1 << 7;
const PTE_PPN_SHIFT: u64 = 10;
const PTE_PPN: u64 = (1 << 44) - 1;
const PTE_RESERVED: u64 = 0x7f << 54;
const PTE_PBMT_SHIFT: u64 = 61;
const PTE_N: u64 = 1 << 63;

export let walkedAddress: u64 = 0;
export let walkedLevel: u32 = 0;
export let walkedGlobal: bool = false;
export let walkedUser: bool = false;
/** Cause of the failed walk; WALK_NO_MEMORY when the host has no frame for the table's page. */
export let walkFault: u64 = 0;
export const WALK_NO_MEMORY: u64 = u64.MAX_VALUE;

function pageFault(access: u32): u64 {
  return access === FETCH ? FETCH_PAGE : access === READ ? LOAD_PAGE : STORE_PAGE;
}

export function accessFault(access: u32): u64 {
  return access === FETCH ? FETCH_ACCESS : access === READ ? LOAD_ACCESS : STORE_ACCESS;
}

function fail(cause: u64): bool {
  walkFault = cause;
  return false;
}

/** Whether a leaf lets `privilege` make this access (step 6 of 12.3.2, 12.1.1.2). */
function permits(pte: u64, access: u32, privilege: u32, status: u64): bool {
  if (access === PROBE) return true;
  if (pte & PTE_U) {
    if (privilege === SUPERVISOR && (access === FETCH || !(status & SUM))) return false;
  } else if (privilege === USER) {
    return false;
  }
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  return (pte & PTE_R) !== 0 || ((status & MXR) !== 0 && (pte & PTE_X) !== 0);
}

/** Whether the bits above the permissions are as the enabled extensions allow. */
function isWellFormed(hart: usize, pte: u64, level: u32, leaf: bool): bool {
  if (pte & PTE_RESERVED) return false;
  const memoryType = (pte >> PTE_PBMT_SHIFT) & 3;
  if (memoryType && (!leaf || memoryType === 3 || !(at(hart).menvcfg & PBMTE))) return false;
  if (pte & PTE_N) {
    if (!leaf || level || !(at(hart).extensions & Ext.SVNAPOT)) return false;
    if (((pte >> PTE_PPN_SHIFT) & 15) !== 8) return false;
  }
  return leaf || !(pte & (PTE_D | PTE_A | PTE_U));
}

/** Sets A, and D for a store, in the table (Svadu); the page passes the one door. */
function update(vm: usize, hart: usize, address: u64, pte: u64, bits: u64, access: u32): bool {
  if (!(at(hart).menvcfg & ADUE)) return fail(pageFault(access));
  if (checkPmp(hart, address, 8, WRITE, SUPERVISOR) !== PMP_ALLOW) return fail(accessFault(access));
  const at64 = guestWrite(vm, address);
  if (!at64) return fail(WALK_NO_MEMORY);
  // With harts in several workers another may win; the retried access then walks anew.
  atomic.cmpxchg<u64>(at64, pte, pte | bits);
  return true;
}

/**
 * Translates `va` by the tables at satp for `access` with `privilege` (S or U).
 *
 * A PROBE asks no permission and leaves the tables as they are.
 *
 * True: `walkedAddress` is the guest-physical address of va's page. False: `walkFault`.
 */
export function walk(hart: usize, va: u64, access: u32, privilege: u32): bool {
  const vm = <usize>at(hart).vm;
  const satp = at(hart).satp;
  const levels = <u32>(satp >> 60) - 5;
  const unused = 64 - (12 + 9 * levels);
  if (<u64>(((<i64>va) << unused) >> unused) !== va) return fail(pageFault(access));
  let table = (satp & PTE_PPN) << 12;
  walkedGlobal = false;
  for (let level = levels - 1; ; --level) {
    const address = table + (((va >> (12 + 9 * level)) & 511) << 3);
    if (checkPmp(hart, address, 8, READ, SUPERVISOR) !== PMP_ALLOW) {
      return fail(accessFault(access));
    }
    const pointer = guestRead(vm, address);
    if (!pointer) return fail(accessFault(access));
    const pte = load<u64>(pointer);
    const leaf = (pte & (PTE_R | PTE_X)) !== 0;
    if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) === PTE_W) return fail(pageFault(access));
    if (!isWellFormed(hart, pte, level, leaf)) return fail(pageFault(access));
    if (pte & PTE_G) walkedGlobal = true;
    const ppn = (pte >> PTE_PPN_SHIFT) & PTE_PPN;
    if (!leaf) {
      if (!level) return fail(pageFault(access));
      table = ppn << 12;
      continue;
    }
    if (!permits(pte, access, privilege, at(hart).mstatus)) return fail(pageFault(access));
    const below: u64 = (1 << (9 * level)) - 1;
    if (ppn & below) return fail(pageFault(access));
    const bits = access === WRITE ? PTE_A | PTE_D : PTE_A;
    if (access !== PROBE && (pte & bits) !== bits && !update(vm, hart, address, pte, bits, access))
      return false;
    const napot = pte & PTE_N ? <u64>15 : 0;
    const within = below | napot;
    walkedAddress = ((ppn & ~within) | ((va >> 12) & within)) << 12;
    walkedLevel = napot ? LEVEL_NAPOT : level;
    walkedUser = (pte & PTE_U) !== 0;
    return true;
  }
}
