/**
 * The vCPU scheduler of one VM: harts in index order, a quantum each, cut at the VM's earliest
 * deadline. Quanta are counted in steps and kept across calls, so that how the host cuts its budgets
 * changes nothing a guest can see.
 */
import { updateAlarm } from '../dev/rtc.js';
import { interpret } from '../exec/interpreter.js';
import { HART_STARTED, HART_STOPPED, type Hart } from '../hart/hart.js';
import { nextInterrupt, wakingBits } from '../hart/interrupts.js';
import { bookSteps, countInRegime, REGIME_EXITS } from '../hart/regime.js';
import { dropOtherReservations } from '../hart/reservation.js';
import { interrupt } from '../hart/trap.js';
import { nextDeadline, stepsUntil, synchronize, updateAllTimers } from '../vm/clock.js';
import { EXIT_BUDGET, EXIT_IDLE, EXIT_STOPPED, type Vm } from '../vm/vm.js';

/** Long enough that changing harts costs nothing, short enough for a spinlock's holder: 50 µs. */
const QUANTUM = 5000;
/** A hart counts its slice in 31 bits; two make one as well, for a guest. */
const LONGEST_SLICE = 2 ** 30;

/** The hart that ran last in this call. */
let ran: Hart | undefined;
const lastRun = () => ran;

/** Whether the hart has something to execute; an enabled pending interrupt ends its wait. */
function isRunnable(hart: Hart): boolean {
  if (hart.state === HART_STOPPED) return false;
  if (hart.waiting === 0) return true;
  if (wakingBits(hart) === 0) return false;
  hart.waiting = 0;
  hart.state = HART_STARTED;
  return true;
}

/** Points `current` at the next runnable hart, itself included; false if there is none. */
function choose(vm: Vm): boolean {
  const harts = vm.harts.length;
  for (let step = 0; step < harts; step++) {
    const index = (vm.current + step) % harts;
    if (!isRunnable(vm.harts[index])) continue;
    if (step !== 0 || vm.quantumLeft === 0) vm.quantumLeft = QUANTUM;
    vm.current = index;
    return true;
  }
  return false;
}

/**
 * Runs one hart for at most `steps` steps, which may begin with an interrupt if it is `interruptible`;
 * returns how many it took.
 */
function runSlice(vm: Vm, hart: Hart, steps: number, interruptible: boolean): number {
  hart.slice = steps;
  hart.remaining = steps;
  hart.stop = 0;
  vm.running = hart;
  const code = interruptible ? nextInterrupt(hart) : -1;
  if (code >= 0) {
    interrupt(hart, code);
    hart.remaining -= 1;
    hart.slow += 1;
    hart.stop = 0;
  }
  interpret(hart);
  vm.running = undefined;
  const taken = steps - hart.remaining;
  hart.steps += taken;
  hart.slice = 0;
  hart.remaining = 0;
  vm.steps += taken;
  bookSteps(hart);
  ran = hart;
  return taken;
}

function isAnyStarted(vm: Vm): boolean {
  return vm.harts.some((hart) => hart.state !== HART_STOPPED);
}

function updateAllDevices(vm: Vm): void {
  updateAlarm(vm.rtc);
  updateAllTimers(vm);
}

/** A quantum ended: the next hart's begins, in this call or the next. */
function passOn(vm: Vm): void {
  vm.quantumLeft = 0;
  vm.current = (vm.current + 1) % vm.harts.length;
}

function runHarts(vm: Vm, budget: number): number {
  const several = vm.harts.length > 1;
  let left = budget;
  while (left > 0) {
    updateAllDevices(vm);
    if (!choose(vm)) return isAnyStarted(vm) ? EXIT_IDLE : EXIT_STOPPED;
    const hart = vm.harts[vm.current];
    const untilDeadline = stepsUntil(vm, nextDeadline(vm));
    let steps = Math.min(left, LONGEST_SLICE);
    if (several && vm.quantumLeft < steps) steps = vm.quantumLeft;
    const cut = untilDeadline <= steps;
    if (cut) steps = untilDeadline;
    if (several) dropOtherReservations(vm, hart);
    const taken = runSlice(vm, hart, steps, true);
    left -= taken;
    vm.quantumLeft -= Math.min(vm.quantumLeft, taken);
    if (vm.quantumLeft === 0 || (cut && taken === steps)) passOn(vm);
    if (vm.exitPending !== EXIT_BUDGET) break;
  }
  return vm.exitPending;
}

function countExit(vm: Vm, reason: number): number {
  vm.exits[reason] += 1;
  return reason;
}

/** Runs the VM for `budget` steps at most; `now` and `rate` are for the real clock. Returns an EXIT_*. */
export function runVm(vm: Vm, budget: number, now: number, rate: number): number {
  synchronize(vm, now, rate);
  vm.exitPending = EXIT_BUDGET;
  ran = undefined;
  const reason = runHarts(vm, budget);
  const last = lastRun();
  if (last !== undefined) countInRegime(last, last.privilege, REGIME_EXITS);
  return countExit(vm, reason);
}

/**
 * One step of one hart, while the others stand still: no interrupt is taken, a wait for an interrupt
 * ends. A stopped or suspended hart takes no step. Returns what the instruction ended the run with,
 * else EXIT_BUDGET.
 */
export function stepHart(vm: Vm, index: number, now: number, rate: number): number {
  const hart = vm.harts[index];
  synchronize(vm, now, rate);
  vm.exitPending = EXIT_BUDGET;
  if (hart.waiting !== 0 && hart.state === HART_STARTED) hart.waiting = 0;
  if (!isRunnable(hart)) return countExit(vm, EXIT_BUDGET);
  if (vm.harts.length > 1) dropOtherReservations(vm, hart);
  runSlice(vm, hart, 1, false);
  updateAllDevices(vm);
  return countExit(vm, vm.exitPending);
}
