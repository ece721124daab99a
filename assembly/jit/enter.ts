/** From the interpreter into regions and back. */
import { REDIRECT } from '../exec/outcome';
import { executeSlow } from '../exec/slow';
import { executeHot } from '../generated/hot-loop';
import { at } from '../hart/hart';
import { TAG_PAGE } from '../mmu/entry';
import { decodedSlot, regionAt, regionOf, slotOf } from './region';

/** How a region's function ends; pc, `remaining` and `code` are exact (`code` not with LEFT_PAGE). */
/** Control enters the page of pc, which the fetch TLB does not have. */
export const LEFT_PAGE: u32 = 0;
/** pc is in the page of `code`, and no region begins there. */
export const LEFT_REGION: u32 = 1;
/** The instruction at pc is one for exec/slow. */
export const LEFT_SLOW: u32 = 2;
/** What is left of the slice does not cover what follows pc: at least one instruction is to be interpreted. */
export const LEFT_SPENT: u32 = 3;

/** Executes from the region whose entry `slot`, at pc, is; the budget is not spent. */
export function enterRegion(hart: usize, code: usize, slot: usize): u32 {
  const state = at(hart);
  const before = state.remaining;
  const place = load<u32>(slot, 4);
  const end = call_indirect<u32>(place, hart, code, state.pc & TAG_PAGE, before);
  state.regionSteps += before - state.remaining;
  return end;
}

/**
 * Interprets the one instruction at pc that a region's entry stands for. As the inner loop does, it returns a slot for
 * exec/slow, or 0.
 */
export function interpretEntry(hart: usize, code: usize, slot: usize): usize {
  const state = at(hart);
  const region = regionAt(regionOf(slot));
  const entry = load<u64>(slot);
  const rest = state.remaining - 1;
  store<u64>(slot, region.saved);
  // The slice is the shorter for it as well: the clock counts what it has behind it.
  state.slice -= rest;
  state.remaining = 1;
  const next = executeHot(hart, code, state.pc & TAG_PAGE, slot);
  state.slice += rest;
  state.remaining += rest;
  store<u64>(slot, entry);
  return next;
}

/** Executes an instruction of the slow tier for a region; 0 if that goes on behind it. */
export function executeFromRegion(hart: usize, code: usize, offset: u32): u32 {
  const state = at(hart);
  const outcome = executeSlow(hart, decodedSlot(slotOf(code, offset)), code);
  state.slow += 1;
  if (outcome === REDIRECT) return 1;
  state.pc += outcome;
  return state.stop;
}
