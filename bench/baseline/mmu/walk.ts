/**
 * The page-table walker: Sv39, Sv48, Sv57 (Privileged 12.3.2 to 12.6). `walk` either yields guest page,
 * level and flags in `walked*`, or sets `walkFault` to the cause.
 */
import { EXTENSION_BITS } from '../../../isa/extensions.js';
import {
  FETCH_ACCESS,
  FETCH_PAGE,
  LOAD_ACCESS,
  LOAD_PAGE,
  STORE_ACCESS,
  STORE_PAGE,
} from '../hart/cause.js';
import { MENVCFG, MSTATUS, SATP } from '../hart/csr-slot.js';
import { type Hart, SUPERVISOR, USER } from '../hart/hart.js';
import { MXR, SUM } from '../hart/status.js';
import { PAGE_SIZE } from '../layout.js';
import { guestRead, guestWrite } from '../memory/door.js';
import { checkPmp, PMP_ALLOW } from './pmp.js';
import { FETCH, LEVEL_NAPOT, PROBE, READ, WRITE } from './tlb-entries.js';

const PTE_V = 1;
const PTE_R = 1 << 1;
const PTE_W = 1 << 2;
const PTE_X = 1 << 3;
const PTE_U = 1 << 4;
const PTE_G = 1 << 5;
const PTE_A = 1 << 6;
const PTE_D = 1 << 7;
// Of the high half: PPN in bits 21..0, reserved 28..22, PBMT 30..29, N 31.
const PPN_HIGH = 0x3f_ffff;
const RESERVED_HIGH = 0x7f << 22;
const PBMT_SHIFT_HIGH = 29;
const N_HIGH = 1 << 31;
// Of menvcfg's high half.
const ADUE_HIGH = 1 << 29;
const PBMTE_HIGH = 1 << 30;

const SVNAPOT = 1n << BigInt(EXTENSION_BITS.SVNAPOT);

/** Guest-physical address of the page. */
export let walkedAddress = 0;
export let walkedLevel = 0;
export let walkedGlobal = false;
export let walkedUser = false;
/** Cause of the failed walk. */
export let walkFault = 0;

function pageFault(access: number): number {
  return access === FETCH ? FETCH_PAGE : access === READ ? LOAD_PAGE : STORE_PAGE;
}

export function accessFault(access: number): number {
  return access === FETCH ? FETCH_ACCESS : access === READ ? LOAD_ACCESS : STORE_ACCESS;
}

function fail(cause: number): boolean {
  walkFault = cause;
  return false;
}

/** Whether a leaf lets `privilege` make this access (step 6 of 12.3.2, 12.1.1.2). */
function permits(pte: number, access: number, privilege: number, status: number): boolean {
  if (access === PROBE) return true;
  if ((pte & PTE_U) !== 0) {
    if (privilege === SUPERVISOR && (access === FETCH || (status & SUM) === 0)) return false;
  } else if (privilege === USER) {
    return false;
  }
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  return (pte & PTE_R) !== 0 || ((status & MXR) !== 0 && (pte & PTE_X) !== 0);
}

/** Whether the bits above the permissions are as the enabled extensions allow. */
function isWellFormed(
  hart: Hart,
  low: number,
  high: number,
  level: number,
  leaf: boolean,
): boolean {
  if ((high & RESERVED_HIGH) !== 0) return false;
  const memoryType = (high >>> PBMT_SHIFT_HIGH) & 3;
  if (memoryType !== 0) {
    if (!leaf || memoryType === 3 || (hart.csr[MENVCFG + 1] & PBMTE_HIGH) === 0) return false;
  }
  if ((high & N_HIGH) !== 0) {
    if (!leaf || level !== 0 || (hart.extensions & SVNAPOT) === 0n) return false;
    if (((low >>> 10) & 15) !== 8) return false;
  }
  return leaf || (low & (PTE_D | PTE_A | PTE_U)) === 0;
}

/** Sets A, and D for a store, in the table (Svadu); the page passes the one door. */
function update(hart: Hart, address: number, bits: number, access: number): boolean {
  if ((hart.csr[MENVCFG + 1] & ADUE_HIGH) === 0) return fail(pageFault(access));
  if (checkPmp(hart, address, 8, WRITE, SUPERVISOR) !== PMP_ALLOW) return fail(accessFault(access));
  hart.vm.memory.i32[guestWrite(hart.vm, address) >>> 2] |= bits;
  return true;
}

/** The nine bits of the virtual page number that index a table of this level. */
function indexOf(low: number, high: number, level: number): number {
  const shift = 12 + 9 * level;
  if (shift >= 32) return (high >>> (shift - 32)) & 511;
  // Level 2 has its bits in both halves.
  return ((low >>> shift) | (shift > 23 ? high << (32 - shift) : 0)) & 511;
}

/** Whether the address is the sign extension of as many bits as the levels translate (12.4.1). */
function isCanonical(high: number, levels: number): boolean {
  const unused = 32 - (9 * levels - 20);
  return (high << unused) >> unused === high;
}

/**
 * Translates the address by the tables at satp for `access` with `privilege` (S or U). A PROBE asks no
 * permission and leaves the tables as they are. True: `walked*`; false: `walkFault`.
 */
export function walk(
  hart: Hart,
  low: number,
  high: number,
  access: number,
  privilege: number,
): boolean {
  const { i32 } = hart.vm.memory;
  const satp = hart.csr[SATP + 1];
  const levels = (satp >>> 28) - 5;
  if (!isCanonical(high, levels)) return fail(pageFault(access));
  let table = ((satp & 0xfff) * 0x1_0000_0000 + (hart.csr[SATP] >>> 0)) * PAGE_SIZE;
  walkedGlobal = false;
  for (let level = levels - 1; ; level--) {
    const address = table + indexOf(low, high, level) * 8;
    if (checkPmp(hart, address, 8, READ, SUPERVISOR) !== PMP_ALLOW) {
      return fail(accessFault(access));
    }
    const pointer = guestRead(hart.vm, address);
    if (pointer < 0) return fail(accessFault(access));
    if (access !== PROBE) hart.tableReads += 1;
    const pte = i32[pointer >>> 2];
    const upper = i32[(pointer >>> 2) + 1];
    const leaf = (pte & (PTE_R | PTE_X)) !== 0;
    if ((pte & PTE_V) === 0 || (pte & (PTE_R | PTE_W)) === PTE_W) return fail(pageFault(access));
    if (!isWellFormed(hart, pte, upper, level, leaf)) return fail(pageFault(access));
    if ((pte & PTE_G) !== 0) walkedGlobal = true;
    const ppn = (upper & PPN_HIGH) * 0x40_0000 + (pte >>> 10);
    if (!leaf) {
      if (level === 0) return fail(pageFault(access));
      table = ppn * PAGE_SIZE;
      continue;
    }
    if (!permits(pte, access, privilege, hart.csr[MSTATUS])) return fail(pageFault(access));
    const pages = 2 ** (9 * level);
    if (ppn % pages !== 0) return fail(pageFault(access));
    const bits = access === WRITE ? PTE_A | PTE_D : PTE_A;
    if (access !== PROBE && (pte & bits) !== bits && !update(hart, address, bits, access)) {
      return false;
    }
    const napot = (upper & N_HIGH) !== 0;
    // The page number's bits below the leaf's own.
    const within = napot ? 16 : pages;
    const vpn = (high >>> 0) * 0x10_0000 + (low >>> 12);
    walkedAddress = (ppn - (ppn % within) + (vpn % within)) * PAGE_SIZE;
    walkedLevel = napot ? LEVEL_NAPOT : level;
    walkedUser = (pte & PTE_U) !== 0;
    return true;
  }
}
