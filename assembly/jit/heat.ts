/** Which targets are hot: a counter for each halfword of a code page, and the queue of those whose count ended. */
import { COUNTED_SINCE, COUNTS, codeOwner } from '../exec/code-page';
import { Op } from '../generated/ops';
import { at } from '../hart/hart';
import { requestStop } from '../hart/interrupts';
import { SCRATCH_CODE } from '../layout';
import { EXIT_BUDGET, EXIT_TRANSLATE, vmAt } from '../vm/vm';

import { slotOf } from './region';
import { QUEUE_MOST, requestAt, translator } from './state';

/** Counts a jump to the slot at `offset` of the code page; false when its count ends. */
export function cools(code: usize, offset: usize): bool {
  const counter = code + (offset >> 2);
  const left = load<u16>(counter, COUNTS) - 1;
  store<u16>(counter, left, COUNTS);
  return (left & 0xffff) !== 0;
}

/** A page's counters begin anew. */
export function resetCounts(code: usize): void {
  store<u64>(code, translator().steps, COUNTED_SINCE);
  const four = <u64>translator().threshold * 0x1_0001_0001_0001;
  for (let at: usize = 0; at < 4096; at += 8) store<u64>(code + at, four, COUNTS);
}

/** The target's count begins anew. */
export function recount(code: usize, offset: u32): void {
  store<u16>(code + (offset & ~1), <u16>translator().threshold, COUNTS);
}

/** The target was hot: it needs few jumps to be asked for again. */
export function reheat(code: usize, offset: u32): void {
  store<u64>(code, translator().steps, COUNTED_SINCE);
  store<u16>(code + (offset & ~1), <u16>((translator().threshold >> 4) + 1), COUNTS);
}

/** Puts the target at `offset` bytes of the page on the queue; a long queue ends the run. */
export function request(hart: usize, code: usize, offset: u32): void {
  const state = translator();
  if (!state.threshold || code === SCRATCH_CODE) return;
  if (load<u8>(slotOf(code, offset)) === Op.REGION) return;
  if (state.window && state.steps - load<u64>(code, COUNTED_SINCE) > <u64>state.window) {
    // Its jumps were too far apart, and so may be those that the page's other targets have had.
    resetCounts(code);
    return;
  }
  if (state.queued >= QUEUE_MOST) {
    recount(code, offset);
    return;
  }
  const entry = requestAt(state.queued);
  entry.code = <u32>code;
  entry.offset = offset;
  entry.frame = codeOwner(code);
  state.queued += 1;
  state.requested += 1;
  if (state.queued < state.queueLength) return;
  const vm = <usize>at(hart).vm;
  if (vmAt(vm).exitPending === EXIT_BUDGET) vmAt(vm).exitPending = EXIT_TRANSLATE;
  requestStop(hart);
}
