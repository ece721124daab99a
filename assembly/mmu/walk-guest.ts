/**
 * The G-stage: from guest-physical to supervisor-physical addresses, by Sv39x4, Sv48x4 or Sv57x4
 * (Privileged 15.5.1). All accesses are user accesses there.
 */
import { recordEntry, recording } from '../debug/walk-record';
import { at } from '../hart/hart';
import { FETCH, LEVEL_NAPOT, PROBE, WRITE } from './entry';
import { regimeExecutable, regimeGuestMxr } from './regime';
import {
  entryRead,
  environment,
  isLeaf,
  isMisaligned,
  isWellFormed,
  leafPage,
  missingBits,
  nextTable,
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
import { failGuest } from './walk-fault';

/** What the last walk of the G-stage yielded: the physical address and the page's level. */
export let guestWalked: u64 = 0;
export let guestLevel: u32 = 0;

/** For an implicit access MXR and HLVX do not count: it is an implicit load or store (15.5.1). */
function permits(pte: u64, access: u32, implicit: u64): bool {
  if (!(pte & PTE_U)) return false;
  if (access === FETCH) return (pte & PTE_X) !== 0;
  if (access === WRITE) return (pte & PTE_W) !== 0;
  if (!implicit && regimeExecutable) return (pte & PTE_X) !== 0;
  return (pte & PTE_R) !== 0 || (!implicit && regimeGuestMxr && (pte & PTE_X) !== 0);
}

/**
 * Translates `gpa` by hgatp for `access`; `cause` is the access that the whole walk is made for.
 *
 * @param implicit 0, or the pseudo-instruction of an access to a table of the VS-stage
 * @returns true with `guestWalked`; false with a fault, whose guest-physical address is `gpa`
 */
export function walkGuest(hart: usize, gpa: u64, access: u32, cause: u32, implicit: u64): bool {
  const hgatp = at(hart).hgatp;
  const mode = <u32>(hgatp >> 60);
  guestLevel = 0;
  if (!mode) {
    guestWalked = gpa;
    return true;
  }
  const levels = mode - 5;
  if (gpa >> (14 + 9 * levels)) return failGuest(cause, gpa, implicit);
  const config = environment(hart, false);
  let table = (hgatp & ROOT_PPN) << 12;
  // The root is four pages: its index has two more bits.
  let index = gpa >> (12 + 9 * (levels - 1));
  for (let level = levels - 1; ; --level) {
    const address = table + (index << 3);
    if (!readTable(hart, address, cause)) return false;
    const pte = entryRead;
    if (recording) recordEntry(1, level, address, address, pte);
    else at(hart).guestTableReads += 1;
    if (!isWellFormed(hart, pte, level, config)) return failGuest(cause, gpa, implicit);
    if (!isLeaf(pte)) {
      if (!level) return failGuest(cause, gpa, implicit);
      table = nextTable(pte);
      index = (gpa >> (12 + 9 * (level - 1))) & 511;
      continue;
    }
    if (isMisaligned(pte, level)) return failGuest(cause, gpa, implicit);
    if (access !== PROBE) {
      if (!permits(pte, access, implicit)) return failGuest(cause, gpa, implicit);
      const bits = missingBits(pte, access === WRITE);
      if (bits && !setsBits(config)) return failGuest(cause, gpa, implicit);
      if (bits && !recording && !updateTable(hart, address, pte, bits, cause)) return false;
    }
    guestWalked = leafPage(pte, level, gpa) | (gpa & 0xfff);
    guestLevel = pte & PTE_N ? LEVEL_NAPOT : level;
    return true;
  }
}
