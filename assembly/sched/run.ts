/**
 * The vCPU scheduler of one VM: harts in index order, a quantum each, cut at the VM's earliest
 * deadline. Quanta are counted in steps and kept across calls, so that how the host cuts its budgets
 * changes nothing a guest can see.
 */

import { debugOf, PASS_BREAKPOINT, passes, setPasses } from '../debug/record';
import { updateAlarm } from '../dev/rtc';
import { interpret } from '../exec/interpreter';
import { at, HART_STARTED, HART_STOPPED } from '../hart/hart';
import { nextInterrupt, wakingBits } from '../hart/interrupts';
import { bookSteps, countInRegime, REGIME_EXITS, regimeOf } from '../hart/regime';
import { dropOtherReservations } from '../hart/reservation';
import { interrupt } from '../hart/trap';
import { translator } from '../jit/state';
import { nextDeadline, stepsUntil, synchronize, updateTimers } from '../vm/clock';
import {
  EXIT_BUDGET,
  EXIT_COUNT_OFFSET,
  EXIT_IDLE,
  EXIT_MEMORY,
  EXIT_PAGES,
  EXIT_STOPPED,
  EXIT_TRANSLATE,
  hartOf,
  vmAt,
} from '../vm/vm';
import { isWorkSpent, spendWork } from '../vm/work';

/** Long enough that changing harts costs nothing, short enough for a spinlock's holder: 50 µs. */
export const QUANTUM: u32 = 5000;
/** Work of a slice (vm/work), and of each hart in it, whose timers and reservations are looked at. */
const SLICE_WORK: u32 = 32;
const HART_WORK: u32 = 8;

/** The hart that ran last in this call into the core, if any. */
let ran: usize = 0;

/** Whether the hart has something to execute; an enabled pending interrupt ends its wait. */
function isRunnable(hart: usize): bool {
  if (at(hart).state === HART_STOPPED) return false;
  if (!at(hart).waiting) return true;
  if (!wakingBits(hart)) return false;
  at(hart).waiting = 0;
  at(hart).state = HART_STARTED;
  return true;
}

/** Points `current` at the next runnable hart, itself included; false if there is none. */
function choose(vm: usize): bool {
  const state = vmAt(vm);
  for (let step: u32 = 0; step < state.harts; ++step) {
    const index = (state.current + step) % state.harts;
    if ((debugOf(vm).held >> index) & 1 || !isRunnable(hartOf(vm, index))) continue;
    if (step || !state.quantumLeft) state.quantumLeft = QUANTUM;
    state.current = index;
    return true;
  }
  return false;
}

/**
 * Runs one hart for at most `steps` steps, which may begin with an interrupt if it is `interruptible`;
 * returns how many it took.
 */
export function runSlice(vm: usize, hart: usize, steps: i64, interruptible: bool): i64 {
  const state = at(hart);
  state.slice = steps;
  state.remaining = steps;
  state.stop = 0;
  vmAt(vm).running = <u32>hart;
  const code = interruptible ? nextInterrupt(hart) : -1;
  if (code >= 0) {
    interrupt(hart, code);
    state.remaining -= 1;
    state.slow += 1;
    state.stop = 0;
  }
  interpret(hart);
  vmAt(vm).running = 0;
  const taken = steps - state.remaining;
  state.steps += taken;
  state.slice = 0;
  state.remaining = 0;
  vmAt(vm).steps += taken;
  translator().steps += taken;
  bookSteps(hart);
  ran = hart;
  return taken;
}

function isAnyStarted(vm: usize): bool {
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    if (at(hartOf(vm, index)).state !== HART_STOPPED) return true;
  }
  return false;
}

function updateAllTimers(vm: usize): void {
  updateAlarm(vm);
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) updateTimers(hartOf(vm, index));
}

function runHarts(vm: usize, budget: u64): u32 {
  const state = vmAt(vm);
  let left = <i64>budget;
  while (left > 0) {
    updateAllTimers(vm);
    if (!choose(vm)) return isAnyStarted(vm) ? EXIT_IDLE : EXIT_STOPPED;
    const hart = hartOf(vm, state.current);
    const untilDeadline = stepsUntil(vm, nextDeadline(vm));
    let steps = left;
    if (state.harts > 1 && <i64>state.quantumLeft < steps) steps = state.quantumLeft;
    // What a debugger stopped before is executed first, by itself.
    const passing = passes(vm, state.current) !== 0;
    if (passing) steps = 1;
    const cut = <i64>untilDeadline <= steps;
    if (cut) steps = untilDeadline;
    if (state.harts > 1) dropOtherReservations(vm, hart);
    spendWork(vm, SLICE_WORK + HART_WORK * state.harts);
    const taken = runSlice(vm, hart, steps, !passing);
    if (passing && taken) setPasses(vm, at(hart).index, 0);
    left -= taken;
    state.quantumLeft -= min<u32>(state.quantumLeft, <u32>taken);
    if (!state.quantumLeft || (cut && taken === steps)) passOn(vm);
    if (state.exitPending || isWorkSpent(vm)) break;
  }
  return state.exitPending;
}

/** A quantum ended: the next hart's begins, in this call or the next. */
function passOn(vm: usize): void {
  const state = vmAt(vm);
  state.quantumLeft = 0;
  state.current = (state.current + 1) % state.harts;
}

/** Runs the VM for `budget` steps at most; `now` and `rate` are for the real clock. */
export function runVm(vm: usize, budget: u64, now: u64, rate: u64): u32 {
  const state = vmAt(vm);
  synchronize(vm, now, rate);
  state.exitPending = EXIT_BUDGET;
  state.work = 0;
  ran = 0;
  state.missing = 0;
  const reason = told(vm, runHarts(vm, budget));
  // Of requests for translation nobody learns who asked the machine to run.
  if (ran && reason !== EXIT_TRANSLATE) countInRegime(ran, regimeOf(ran), REGIME_EXITS, 1);
  return countExit(vm, reason);
}

/** What the host layer is told of why a run ended. */
function told(vm: usize, reason: u32): u32 {
  return reason === EXIT_MEMORY && vmAt(vm).missing ? EXIT_PAGES : reason;
}

function countExit(vm: usize, reason: u32): u32 {
  const counter = vm + EXIT_COUNT_OFFSET + ((<usize>reason) << 3);
  store<u64>(counter, load<u64>(counter) + 1);
  return reason;
}

/**
 * One step of one hart, while the others stand still, for a debugger: no interrupt is taken, breakpoints
 * at its pc count for nothing, a wait for an interrupt ends. A stopped or suspended hart takes no
 * step. Returns what the instruction ended the run with, else EXIT_BUDGET.
 */
export function stepHart(vm: usize, index: u32, now: u64, rate: u64): u32 {
  const state = vmAt(vm);
  const hart = hartOf(vm, index);
  synchronize(vm, now, rate);
  state.exitPending = EXIT_BUDGET;
  state.work = 0;
  if (at(hart).waiting && at(hart).state === HART_STARTED) at(hart).waiting = 0;
  if (!isRunnable(hart)) return countExit(vm, EXIT_BUDGET);
  if (state.harts > 1) dropOtherReservations(vm, hart);
  state.missing = 0;
  setPasses(vm, index, passes(vm, index) | PASS_BREAKPOINT);
  // A request that ends the run may do so before the instruction.
  const queueLength = translator().queueLength;
  translator().queueLength = u32.MAX_VALUE;
  if (runSlice(vm, hart, 1, false)) setPasses(vm, index, 0);
  translator().queueLength = queueLength;
  updateAllTimers(vm);
  return countExit(vm, told(vm, state.exitPending));
}
