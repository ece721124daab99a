/**
 * One clock per VM, counted in ticks of `mtime` (10 MHz).
 *
 * Virtual: all harts' steps ÷ 100 plus what idle VMs skipped; host speed does not enter. Real: the
 * host's time at the last entry into the core, carried on by steps at the speed measured so far, so
 * that reading the time costs no exit. Time never runs backwards.
 */
import { at, HART_STOPPED } from '../hart/hart';
import { MTIP, STIP, setLine, VSTIP } from '../hart/interrupts';
import { STCE } from '../hart/status';
import { STEPS_PER_TICK } from '../layout';
import { CLOCK_VIRTUAL, hartOf, VM_SBI, Vm, vmAt } from './vm';

/** A deadline that is not set. */
export const NEVER: u64 = u64.MAX_VALUE;
/**
 * Real clock: steps carry time on by 5 ms at most, the longest that a call should last. The speed measured
 * may be wrong by far, on a busy host; time that ran ahead would have to stand still until it is true.
 */
const MOST_CARRIED: u64 = 50_000;
/** Deadlines this late, 14,000 years, never come: guests switch a comparator off by such values. */
export const LATEST: u64 = 1 << 62;
/** No slice is longer than this many steps, whatever the deadline. */
const FAR: u64 = 1 << 37;

/** Steps of all harts up to this moment, the running slice included. */
export function stepsNow(vm: usize): u64 {
  const running = <usize>vmAt(vm).running;
  if (!running) return vmAt(vm).steps;
  return vmAt(vm).steps + <u64>(at(running).slice - at(running).remaining);
}

/** Real clock: ticks that the steps since the last entry stand for. */
function carriedTicks(state: Vm): u64 {
  const steps = stepsNow(changetype<usize>(state)) - state.stepsOrigin;
  if (!state.rate) return 0;
  // Also keeps the product below 2^64.
  if (steps >= (MOST_CARRIED << 32) / state.rate) return MOST_CARRIED;
  return (steps * state.rate) >> 32;
}

/** `mtime` now. */
export function vmTime(vm: usize): u64 {
  const state = vmAt(vm);
  if (state.clock === CLOCK_VIRTUAL) return stepsNow(vm) / STEPS_PER_TICK + state.skipped;
  const time = state.timeOrigin + carriedTicks(state);
  if (time > state.timeSeen) state.timeSeen = time;
  return state.timeSeen;
}

/** Real clock: the host's time at entry, and the speed to carry it on with. */
export function synchronize(vm: usize, now: u64, rate: u64): void {
  const state = vmAt(vm);
  if (state.clock === CLOCK_VIRTUAL) return;
  state.timeOrigin = now;
  state.stepsOrigin = state.steps;
  state.rate = rate;
}

/** Whether the core drives STIP from stimecmp: Sstc, or the SBI timer on its place. */
function supervisorTimer(hart: usize): bool {
  return (at(hart).menvcfg & STCE) !== 0 || (vmAt(at(hart).vm).flags & VM_SBI) !== 0;
}

/** Whether vstimecmp drives VSTIP (Sstc 3.2); without H henvcfg is 0. */
function guestTimer(hart: usize): bool {
  return (at(hart).menvcfg & at(hart).henvcfg & STCE) !== 0;
}

/**
 * When vstimecmp, on the scale of a guest of the hart, falls due on that of `time`, which is now; if it is due,
 * when the guest's time begins at 0 again, before which it stays so.
 */
function guestDeadline(hart: usize, time: u64): u64 {
  const guestTime = time + at(hart).htimedelta;
  const next: u64 = at(hart).vstimecmp <= guestTime ? 0 : at(hart).vstimecmp;
  const left = next - guestTime;
  return left && left < LATEST ? time + left : NEVER;
}

/** MTIP, STIP and VSTIP as the comparators say (Privileged 3.2.1; Sstc 2.1, 3.1). */
export function updateTimers(hart: usize): void {
  const time = vmTime(at(hart).vm);
  setLine(hart, MTIP, time >= at(hart).mtimecmp);
  setLine(hart, STIP, supervisorTimer(hart) && time >= at(hart).stimecmp);
  const guestTime = time + at(hart).htimedelta;
  setLine(hart, VSTIP, guestTimer(hart) && guestTime >= at(hart).vstimecmp);
}

/** The RTC's alarm while it can interrupt; else it is looked at when the guest asks (dev/rtc). */
function alarmDeadline(state: Vm): u64 {
  return state.rtcInterruptEnabled ? state.rtcDeadline : NEVER;
}

/** The earliest time in the future at which a timer of a started hart, or the alarm, falls due. */
export function nextDeadline(vm: usize): u64 {
  const now = vmTime(vm);
  let earliest = LATEST;
  const alarm = alarmDeadline(vmAt(vm));
  if (alarm > now && alarm < earliest) earliest = alarm;
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) {
    const hart = hartOf(vm, index);
    if (at(hart).state === HART_STOPPED) continue;
    const machine = at(hart).mtimecmp;
    if (machine > now && machine < earliest) earliest = machine;
    if (guestTimer(hart)) earliest = min<u64>(earliest, guestDeadline(hart, now));
    if (!supervisorTimer(hart)) continue;
    const supervisor = at(hart).stimecmp;
    if (supervisor > now && supervisor < earliest) earliest = supervisor;
  }
  return earliest < LATEST ? earliest : NEVER;
}

/** Steps from now until `deadline`, at least 1. */
export function stepsUntil(vm: usize, deadline: u64): u64 {
  const state = vmAt(vm);
  if (deadline === NEVER) return FAR;
  const now = vmTime(vm);
  if (deadline <= now) return 1;
  const ticks = deadline - now;
  if (state.clock === CLOCK_VIRTUAL) {
    if (ticks >= FAR / STEPS_PER_TICK) return FAR;
    return (deadline - state.skipped) * STEPS_PER_TICK - state.steps;
  }
  if (!state.rate || ticks >= MOST_CARRIED) return FAR;
  const steps = (ticks << 32) / state.rate + 1;
  return steps < FAR ? steps : FAR;
}

/** Virtual clock, idle VM: moves time to `time`; afterwards the timers are as that time says. */
export function skipTo(vm: usize, time: u64): void {
  const now = vmTime(vm);
  if (vmAt(vm).clock === CLOCK_VIRTUAL && time > now) vmAt(vm).skipped += time - now;
  for (let index: u32 = 0; index < vmAt(vm).harts; ++index) updateTimers(hartOf(vm, index));
}
