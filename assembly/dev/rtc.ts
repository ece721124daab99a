/**
 * The goldfish RTC, as QEMU has it: nanoseconds since 1970, read and written in halves. It counts
 * with the VM's clock from `rtcOrigin`, so setting it moves the origin.
 *
 * ```
 * idle --ALARM_LOW is written--> armed --its time comes--> idle, and an interrupt is pending
 *                                  |                       until CLEAR_INTERRUPT
 *                                  +--CLEAR_ALARM--> idle
 * ```
 * An alarm set to a past time fires at once. One that is armed stays where it is when the RTC is set:
 * that happens in two halves, of which the first may be any time. Drivers then arm it anew.
 */
import { requestStop } from '../hart/interrupts';
import { RTC_IRQ, TIMEBASE } from '../layout';
import { NEVER, vmTime } from '../vm/clock';
import { vmAt } from '../vm/vm';
import { plicSetLevel } from './plic';

/** Bytes of registers. */
export const RTC_WINDOW: u64 = 0x24;

/** Reading it latches TIME_HIGH. */
const TIME_LOW: u32 = 0x00;
const TIME_HIGH: u32 = 0x04;
/** Writing it arms the alarm, so ALARM_HIGH goes first. */
const ALARM_LOW: u32 = 0x08;
const ALARM_HIGH: u32 = 0x0c;
const IRQ_ENABLED: u32 = 0x10;
const CLEAR_ALARM: u32 = 0x14;
const ALARM_STATUS: u32 = 0x18;
const CLEAR_INTERRUPT: u32 = 0x1c;

const NANOSECONDS_PER_TICK: u64 = 1_000_000_000 / TIMEBASE;

function now(vm: usize): u64 {
  return vmAt(vm).rtcOrigin + vmTime(vm) * NANOSECONDS_PER_TICK;
}

function withLow(register: u64, value: u32): u64 {
  return (register & ~0xffff_ffff) | <u64>value;
}

function withHigh(register: u64, value: u32): u64 {
  return (register & 0xffff_ffff) | ((<u64>value) << 32);
}

function updateInterrupt(vm: usize): void {
  const record = vmAt(vm);
  plicSetLevel(vm, RTC_IRQ, (record.rtcInterruptEnabled & record.rtcInterruptPending) !== 0);
}

/** Computes the first tick at which the calendar has reached the alarm. */
function arm(vm: usize): void {
  const record = vmAt(vm);
  const time = vmTime(vm);
  const calendar = now(vm);
  record.rtcDeadline = time;
  if (record.rtcAlarm > calendar) {
    const left = record.rtcAlarm - calendar;
    record.rtcDeadline += (left - 1) / NANOSECONDS_PER_TICK + 1;
  }
  updateAlarm(vm);
}

/** Fires the alarm if its time has come. */
export function updateAlarm(vm: usize): void {
  const record = vmAt(vm);
  if (record.rtcDeadline === NEVER || vmTime(vm) < record.rtcDeadline) return;
  record.rtcDeadline = NEVER;
  record.rtcInterruptPending = 1;
  updateInterrupt(vm);
}

export function rtcLoad(vm: usize, offset: u32): u64 {
  const record = vmAt(vm);
  updateAlarm(vm);
  switch (offset) {
    case TIME_LOW: {
      const time = now(vm);
      record.rtcLatchedHigh = <u32>(time >> 32);
      return time & 0xffff_ffff;
    }
    case TIME_HIGH:
      return record.rtcLatchedHigh;
    case ALARM_LOW:
      return record.rtcAlarm & 0xffff_ffff;
    case ALARM_HIGH:
      return record.rtcAlarm >> 32;
    case IRQ_ENABLED:
      return record.rtcInterruptEnabled;
    case ALARM_STATUS:
      return record.rtcDeadline === NEVER ? 0 : 1;
    default:
      return 0;
  }
}

export function rtcStore(vm: usize, offset: u32, value: u32): void {
  const record = vmAt(vm);
  updateAlarm(vm);
  switch (offset) {
    case TIME_LOW: {
      const time = now(vm);
      record.rtcOrigin += withLow(time, value) - time;
      break;
    }
    case TIME_HIGH: {
      const time = now(vm);
      record.rtcOrigin += withHigh(time, value) - time;
      break;
    }
    case ALARM_LOW:
      record.rtcAlarm = withLow(record.rtcAlarm, value);
      arm(vm);
      break;
    case ALARM_HIGH:
      record.rtcAlarm = withHigh(record.rtcAlarm, value);
      break;
    case IRQ_ENABLED:
      record.rtcInterruptEnabled = value & 1;
      break;
    case CLEAR_ALARM:
      record.rtcDeadline = NEVER;
      break;
    case CLEAR_INTERRUPT:
      record.rtcInterruptPending = 0;
      break;
    default:
      break;
  }
  updateInterrupt(vm);
  // The slice was cut at the earliest deadline, which may now be another.
  requestStop(record.running);
}
