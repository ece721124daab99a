/** Control enters a page: the fetch TLB is consulted, and decoded code found for its RAM page. */
import { FETCH_ACCESS } from '../hart/cause.js';
import type { Hart } from '../hart/hart.js';
import { raise } from '../hart/trap.js';
import { LAST_HALFWORD, PAGE_SIZE } from '../layout.js';
import { entryFor, fault, IS_MMIO, resolve, resolvedFast, translate } from '../mmu/tlb.js';
import { FETCH, TAG_SLOW } from '../mmu/tlb-entries.js';
import type { CodePage } from './code-page.js';
import { decode, lengthOf } from './decode.js';
import { Op } from './op.js';

/** The word that the scratch page was made from. */
let scratchWord = 0;

function ramAddress(hart: Hart, code: CodePage): number {
  return hart.vm.ramStart + code.page * PAGE_SIZE;
}

/** Linear address of the halfword at an address for a fetch, or -1 after a trap, which is a step. */
function fetchHalf(hart: Hart, low: number, high: number): number {
  const entry = translate(hart, low, high, FETCH);
  const { entries } = hart.tlb;
  if (entry >= 0 && (entries[entry] & TAG_SLOW) === 0) {
    const code = hart.vm.code.pages[entries[entry + 2]] as CodePage;
    return ramAddress(hart, code) + (low & LAST_HALFWORD);
  }
  const address = entry < 0 ? -1 : resolve(hart, entry, low, 2, FETCH);
  if (address < 0) raise(hart, fault === IS_MMIO ? FETCH_ACCESS : fault, low, high);
  return address;
}

/** The page that holds the one instruction at `offset` only. */
function scratchPage(hart: Hart, offset: number, word: number): CodePage {
  const { scratch } = hart.vm.code;
  scratch.clear();
  scratchWord = word;
  decode(word, offset, scratch.slots, hart.extensions);
  return scratch;
}

/**
 * The code page to execute from at pc: that of its RAM page, or the scratch page for an instruction that
 * straddles two pages or stands in a page that PMP covers in part. Undefined after a trap, which is a step.
 */
export function enterPage(hart: Hart): CodePage | undefined {
  const { pcLow, pcHigh } = hart;
  const { code, memory } = hart.vm;
  const address = fetchHalf(hart, pcLow, pcHigh);
  if (address < 0) return undefined;
  const { entries } = hart.tlb;
  const entry = entryFor(pcLow, FETCH);
  const offset = pcLow & LAST_HALFWORD;
  const low = memory.u16[address >>> 1];
  const long = lengthOf(low) === 4;
  const fast = (entries[entry] & TAG_SLOW) === 0;
  if ((fast || resolvedFast) && !(long && offset === LAST_HALFWORD)) {
    if (fast) return code.pages[entries[entry + 2]];
    const page = code.of((address - offset - hart.vm.ramStart) / PAGE_SIZE);
    entries[entry + 2] = page.number;
    entries[entry] &= ~TAG_SLOW;
    return page;
  }
  let word = low;
  if (long) {
    const next = (pcLow + 2) | 0;
    const second = fetchHalf(hart, next, next === 0 ? (pcHigh + 1) | 0 : pcHigh);
    if (second < 0) return undefined;
    word |= memory.u16[second >>> 1] << 16;
  }
  return scratchPage(hart, offset, word);
}

/** The bits of the instruction at `offset`: 16 or 32; the first half of one that straddles. */
export function codeWord(hart: Hart, code: CodePage, offset: number): number {
  if (code.number === 0) return scratchWord;
  const { u16 } = hart.vm.memory;
  const at = (ramAddress(hart, code) + offset) >>> 1;
  const low = u16[at];
  if (lengthOf(low) === 2 || offset === LAST_HALFWORD) return low;
  return low | (u16[at + 1] << 16);
}

/** Decodes the instruction at `offset`; false if it cannot be held here (see `enterPage`). */
export function decodeSlot(hart: Hart, code: CodePage, offset: number): boolean {
  if (code.number === 0) return false;
  const cache = hart.vm.code;
  const word = codeWord(hart, code, offset);
  cache.mark(code, offset);
  if (lengthOf(word) === 4) {
    if (offset === LAST_HALFWORD) {
      code.slots[offset] = Op.STRADDLE;
      return true;
    }
    cache.mark(code, offset + 2);
  }
  decode(word, offset, code.slots, hart.extensions);
  return true;
}
