/**
 * One clock per VM, counted in ticks of `mtime` (10 MHz).
 *
 * Virtual: all harts' steps ÷ 100 plus what idle VMs skipped; host speed does not enter. Real: the
 * host's time at the last entry into the machine, carried on by steps at the speed measured so far, so
 * that reading the time costs no exit. Time never runs backwards.
 */
import { MENVCFG, MTIMECMP, STIMECMP } from '../hart/csr-slot.js';
import { HART_STOPPED, type Hart } from '../hart/hart.js';
import { MTIP, STIP, setLine } from '../hart/interrupts.js';
import { STEPS_PER_TICK } from '../layout.js';
import { unsigned } from '../pair.js';
import { CLOCK_VIRTUAL, VM_SBI, type Vm } from './vm.js';

/** A deadline that is not set. */
export const NEVER = Number.POSITIVE_INFINITY;
/**
 * Real clock: steps carry time on by 5 ms at most, the longest that a call should last. The speed measured
 * may be wrong by far, on a busy host; time that ran ahead would have to stand still until it is true.
 */
const MOST_CARRIED = 50_000;
/** Deadlines this late, 14,000 years, never come: guests switch a comparator off by such values. */
const LATEST = 2 ** 62;
/** No slice is longer than this many steps, whatever the deadline. */
const FAR = 2 ** 37;
const TWO_TO_32 = 2 ** 32;

/** Steps of all harts up to this moment, the running slice included. */
function stepsNow(vm: Vm): number {
  const { running } = vm;
  return running === undefined ? vm.steps : vm.steps + running.slice - running.remaining;
}

/** Real clock: ticks that the steps since the last entry stand for. */
function carriedTicks(vm: Vm): number {
  if (vm.rate === 0) return 0;
  const steps = stepsNow(vm) - vm.stepsOrigin;
  // Also keeps the product below 2^53.
  if (steps >= Math.floor((MOST_CARRIED * TWO_TO_32) / vm.rate)) return MOST_CARRIED;
  return Math.floor((steps * vm.rate) / TWO_TO_32);
}

/** `mtime` now. */
export function vmTime(vm: Vm): number {
  if (vm.clock === CLOCK_VIRTUAL) return Math.floor(stepsNow(vm) / STEPS_PER_TICK) + vm.skipped;
  const time = vm.timeOrigin + carriedTicks(vm);
  if (time > vm.timeSeen) vm.timeSeen = time;
  return vm.timeSeen;
}

/** Real clock: the host's time at entry, and the speed to carry it on with. */
export function synchronize(vm: Vm, now: number, rate: number): void {
  if (vm.clock === CLOCK_VIRTUAL) return;
  vm.timeOrigin = now;
  vm.stepsOrigin = vm.steps;
  vm.rate = rate;
}

/** Whether STIP is driven from stimecmp: Sstc (STCE is menvcfg's highest bit), or the SBI timer on its place. */
function supervisorTimer(hart: Hart): boolean {
  return hart.csr[MENVCFG + 1] < 0 || (hart.vm.flags & VM_SBI) !== 0;
}

/** A comparator's value. Above 2^53 it is rounded, which no comparison with a time can tell. */
function comparator(hart: Hart, slot: number): number {
  return unsigned(hart.csr[slot], hart.csr[slot + 1]);
}

function setTimerLines(hart: Hart, time: number): void {
  setLine(hart, MTIP, time >= comparator(hart, MTIMECMP));
  setLine(hart, STIP, supervisorTimer(hart) && time >= comparator(hart, STIMECMP));
}

/** MTIP and STIP as the comparators say (Privileged 3.2.1; Sstc 2.1). */
export function updateTimers(hart: Hart): void {
  setTimerLines(hart, vmTime(hart.vm));
}

/** The same for all harts. */
export function updateAllTimers(vm: Vm): void {
  const time = vmTime(vm);
  for (let index = 0; index < vm.harts.length; index++) setTimerLines(vm.harts[index], time);
}

/** The earliest time in the future at which a timer of a started hart, or the alarm, falls due. */
export function nextDeadline(vm: Vm): number {
  const now = vmTime(vm);
  let earliest = LATEST;
  // While it cannot interrupt, the alarm is looked at when the guest asks (dev/rtc).
  const alarm = vm.rtc.interruptEnabled !== 0 ? vm.rtc.deadline : NEVER;
  if (alarm > now && alarm < earliest) earliest = alarm;
  for (let index = 0; index < vm.harts.length; index++) {
    const hart = vm.harts[index];
    if (hart.state === HART_STOPPED) continue;
    const machine = comparator(hart, MTIMECMP);
    if (machine > now && machine < earliest) earliest = machine;
    if (!supervisorTimer(hart)) continue;
    const supervisor = comparator(hart, STIMECMP);
    if (supervisor > now && supervisor < earliest) earliest = supervisor;
  }
  return earliest < LATEST ? earliest : NEVER;
}

/** Steps from now until `deadline`, at least 1. */
export function stepsUntil(vm: Vm, deadline: number): number {
  if (deadline === NEVER) return FAR;
  const now = vmTime(vm);
  if (deadline <= now) return 1;
  const ticks = deadline - now;
  if (vm.clock === CLOCK_VIRTUAL) {
    if (ticks >= Math.floor(FAR / STEPS_PER_TICK)) return FAR;
    return (deadline - vm.skipped) * STEPS_PER_TICK - vm.steps;
  }
  if (vm.rate === 0 || ticks >= MOST_CARRIED) return FAR;
  return Math.min(Math.floor((ticks * TWO_TO_32) / vm.rate) + 1, FAR);
}

/** Virtual clock, idle VM: moves time to `time`; afterwards the timers are as that time says. */
export function skipTo(vm: Vm, time: number): void {
  const now = vmTime(vm);
  if (vm.clock === CLOCK_VIRTUAL && time > now) vm.skipped += time - now;
  updateAllTimers(vm);
}
