/**
 * The interpreter: the inner loop (generated/hot-loop, made from isa/bodies.ts) executes what hits its
 * fast paths, exec/slow everything else, a whole instruction at a time.
 *
 * Nothing is sampled on each instruction but the budget. A slow path that changes what is pending
 * sets `stop`, which is honoured after that instruction.
 */
import { executeHot } from '../generated/hot-loop';
import { at } from '../hart/hart';
import { SCRATCH_CODE } from '../layout';
import { TAG_PAGE } from '../mmu/entry';
import { enterPage, NO_FRAME, TRAPPED } from './fetch';
import { slotAt } from './operands';
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
    else if (entered > NO_FRAME) runFrom(hart, entered);
    else if (entered === TRAPPED) {
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

/** Alternates between the inner loop and exec/slow until control must enter a page anew. */
function runFrom(hart: usize, entered: usize): void {
  const state = at(hart);
  let code = entered;
  let page = state.pc & TAG_PAGE;
  let slot = slotAt(code, state.pc);
  while (true) {
    slot = executeHot(hart, code, page, slot);
    if (!slot) return;
    code = state.code;
    page = state.pc & TAG_PAGE;
    const outcome = executeSlow(hart, slot, code);
    if (outcome === AGAIN || outcome === REENTER) {
      state.remaining += 1;
      if (outcome === REENTER) return;
    } else {
      // What the fast path did is the rest of the steps: it has no counter of its own.
      state.slow += 1;
      if (outcome === REDIRECT) return;
      slot += outcome << 2;
      state.pc += outcome;
      if (state.stop) return;
    }
  }
}
