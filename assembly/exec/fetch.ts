/** Control enters a page: the fetch TLB is consulted, and decoded code found for its frame. */

import { hasBreakpointIn, stopsAtBreakpoint } from '../debug/breakpoints';
import { host } from '../frames/host';
import { FETCH_ACCESS, FETCH_GUEST_PAGE } from '../hart/cause';
import { at } from '../hart/hart';
import { raiseAccess } from '../hart/trap';
import { PAGE_SHIFT } from '../layout';
import { addendOf, FETCH, fetchEntry, setAddend, setTag, TAG_SLOW, tagOf } from '../mmu/entry';
import { fault, IS_MMIO, NO_MEMORY, resolve, resolvedFast, translate } from '../mmu/tlb';
import { faultedGuest, faultedImplicit } from '../mmu/walk-fault';
import { stopForMemory } from '../vm/exit';
import { codePage, codeSource, LAST_HALFWORD, scratchPage } from './code-page';
import { lengthOf } from './decode';
import { fetchHit } from './operands';

/** `enterPage` found no code page: a trap was taken, which is a step. */
export const TRAPPED: usize = 0;
/** No frame was free, or a breakpoint is there: nothing happened, and the hart stops. */
export const NO_FRAME: usize = 1;

/** Linear address of the halfword at `va` for a fetch, or TRAPPED, or NO_FRAME. */
function fetchHalf(hart: usize, va: u64): usize {
  const entry = translate(hart, va, FETCH);
  if (entry && isFast(entry)) return codeSource(addendOf(entry)) + (<usize>va & LAST_HALFWORD);
  const address = entry ? resolve(hart, entry, va, 2, FETCH) : 0;
  if (address) return address;
  if (fault === NO_MEMORY) {
    stopForMemory(hart);
    return NO_FRAME;
  }
  refuseFetch(hart, va, fault === IS_MMIO ? FETCH_ACCESS : fault);
  return TRAPPED;
}

function refuseFetch(hart: usize, va: u64, cause: u64): void {
  const guest = cause === FETCH_GUEST_PAGE;
  const address = guest ? faultedGuest : 0;
  const implicit = guest ? faultedImplicit : 0;
  raiseAccess(hart, cause, va, at(hart).virtualized !== 0, address, implicit);
}

function isFast(entry: usize): bool {
  return !(tagOf(entry) & TAG_SLOW);
}

/** The code page of an entry that is or may become fast. */
function wholePage(hart: usize, entry: usize, address: usize): usize {
  if (isFast(entry)) return addendOf(entry);
  const frame = <u32>(address >> PAGE_SHIFT);
  const code = codePage(at(hart).vm, frame, at(hart).extensions);
  // The zero frame stands for pages of any VM: what holds its code cannot be found again.
  if (frame !== host().zeroFrame) {
    setAddend(entry, <u32>code);
    setTag(entry, tagOf(entry) & ~TAG_SLOW);
  }
  return code;
}

/**
 * The code page to execute from at `pc`: that of its frame, or the scratch page for an instruction
 * that straddles two pages or stands in a page that PMP covers in part or that has a breakpoint.
 */
export function enterPage(hart: usize, pc: u64): usize {
  const offset = <u32>pc & LAST_HALFWORD;
  // As a jump does it: what would go wrong has no fast entry, or straddles.
  const hit: usize = offset === LAST_HALFWORD ? 0 : fetchHit(hart, pc);
  if (hit) return hit;
  const address = fetchHalf(hart, pc);
  if (address <= NO_FRAME) return address;
  const entry = fetchEntry(hart, pc);
  const low: u32 = load<u16>(address);
  const long = lengthOf(low) === 4;
  const debugged = hasBreakpointIn(at(hart).vm, pc);
  if (debugged && stopsAtBreakpoint(hart, pc)) return NO_FRAME;
  if (!debugged && (isFast(entry) || resolvedFast) && !(long && offset === LAST_HALFWORD)) {
    return wholePage(hart, entry, address);
  }
  let word = low;
  if (long) {
    const second = fetchHalf(hart, pc + 2);
    if (second <= NO_FRAME) return second;
    word |= (<u32>load<u16>(second)) << 16;
  }
  return scratchPage(offset, word, at(hart).extensions);
}
