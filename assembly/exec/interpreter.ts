/**
 * The interpreter: the inner loop (generated/hot-loop, made from isa/bodies.ts) executes what hits its
 * fast paths, exec/slow everything else, a whole instruction at a time. Where a translated region begins, that
 * takes over (jit/enter).
 *
 * Nothing is sampled on each instruction but the budget. A slow path that changes what is pending
 * sets `stop`, which is honoured after that instruction.
 */
import { executeHot } from '../generated/hot-loop';
import { Op } from '../generated/ops';
import { at } from '../hart/hart';
import {
  enterRegion,
  interpretEntry,
  LEFT_PAGE,
  LEFT_REGION,
  LEFT_SLOW,
  LEFT_SPENT,
} from '../jit/enter';
import { cools, request } from '../jit/heat';
import { decodedSlot } from '../jit/region';
import { SCRATCH_CODE } from '../layout';
import { TAG_PAGE } from '../mmu/entry';
import { enterPage, NO_FRAME, TRAPPED } from './fetch';
import { PAGE_SLOTS, slotAt } from './operands';
import { AGAIN, REDIRECT, REENTER } from './outcome';
import { executeSlow } from './slow';

/**
 * Executes from `pc` until `remaining` is spent or `stop` is set. On return pc and `remaining` are
 * exact: steps spent are those retired and those that trapped.
 */
export function interpret(hart: usize): void {
  const state = at(hart);
  while (state.remaining > 0 && !state.stop) {
    const entered = enterPage(hart, state.pc);
    if (entered === SCRATCH_CODE) runOne(hart, entered);
    else if (entered > NO_FRAME) {
      // Over a page's end, out of a trap: control gets to places in other ways than by the inner loop's jumps.
      warm(hart, entered, slotAt(entered, state.pc));
      if (!state.stop) runFrom(hart, entered);
    } else if (entered === TRAPPED) {
      state.remaining -= 1;
      state.slow += 1;
    }
  }
}

/** Executes the scratch page's one instruction; one that jumps to itself must be fetched anew, too. */
function runOne(hart: usize, entered: usize): void {
  const state = at(hart);
  const rest = state.remaining - 1;
  // The slice is the shorter for it as well: the clock counts what it has behind it.
  state.slice -= rest;
  state.remaining = 1;
  runFrom(hart, entered);
  state.slice += rest;
  state.remaining += rest;
}

/** Counts a target that was not reached by the inner loop; the page's end is none. */
function warm(hart: usize, code: usize, slot: usize): void {
  if (slot - code >= PAGE_SLOTS || load<u8>(slot) === Op.REGION || cools(code, slot - code)) return;
  request(hart, code, <u32>((slot - code) >> 2));
}

/** Goes on behind a region as far as the inner loop does; what it returns is what that returns. */
function proceed(hart: usize, end: u32): usize {
  const state = at(hart);
  const code = <usize>state.code;
  const slot = slotAt(code, state.pc);
  if (end === LEFT_REGION) warm(hart, code, slot);
  if (state.remaining <= 0 || state.stop) return 0;
  if (end === LEFT_SLOW) {
    state.remaining -= 1;
    return decodedSlot(slot);
  }
  if (end === LEFT_SPENT && load<u8>(slot) === Op.REGION) {
    const next = interpretEntry(hart, code, slot);
    return next ? decodedSlot(next) : 0;
  }
  return executeHot(hart, code, state.pc & TAG_PAGE, slot);
}

/** Alternates between the inner loop, regions and exec/slow until control must enter a page anew. */
function runFrom(hart: usize, entered: usize): void {
  const state = at(hart);
  let code = entered;
  let page = state.pc & TAG_PAGE;
  let slot = slotAt(code, state.pc);
  while (true) {
    let next: usize;
    if (load<u8>(slot) === Op.REGION) {
      if (state.remaining <= 0) return;
      const end = enterRegion(hart, code, slot);
      if (end === LEFT_PAGE) return;
      next = proceed(hart, end);
    } else {
      next = executeHot(hart, code, page, slot);
    }
    if (!next) return;
    code = state.code;
    page = state.pc & TAG_PAGE;
    slot = slotAt(code, state.pc);
    if (state.wanted) {
      state.wanted = 0;
      state.remaining += 1;
      request(hart, code, <u32>((slot - code) >> 2));
      if (state.stop) return;
      continue;
    }
    if (load<u8>(next) === Op.REGION) {
      state.remaining += 1;
      continue;
    }
    const outcome = executeSlow(hart, next, code);
    if (outcome === AGAIN || outcome === REENTER) {
      state.remaining += 1;
      if (outcome === REENTER) return;
    } else {
      // What the fast path did is the rest of the steps: it has no counter of its own.
      state.slow += 1;
      if (outcome === REDIRECT) return;
      slot += outcome << 2;
      state.pc += outcome;
      warm(hart, code, slot);
      if (state.stop) return;
    }
  }
}
