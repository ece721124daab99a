/**
 * The goldfish RTC, as QEMU has it: nanoseconds since 1970, read and written in halves. It counts
 * with the VM's clock from `origin`, so setting it moves the origin.
 *
 * ```
 * idle --ALARM_LOW is written--> armed --its time comes--> idle, and an interrupt is pending
 *                                  |                       until CLEAR_INTERRUPT
 *                                  +--CLEAR_ALARM--> idle
 * ```
 * An alarm set to a past time fires at once. One that is armed stays where it is when the RTC is set:
 * that happens in two halves, of which the first may be any time. Drivers then arm it anew.
 */
import { requestStop } from '../hart/interrupts.js';
import { RTC_IRQ } from '../layout.js';
import { bigHigh, bigLow } from '../pair.js';
import { NEVER, vmTime } from '../vm/clock.js';
import type { Vm } from '../vm/vm.js';

/** Bytes of registers. */
export const RTC_WINDOW = 0x24;

/** Reading it latches TIME_HIGH. */
const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
/** Writing it arms the alarm, so ALARM_HIGH goes first. */
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;

const NANOSECONDS_PER_TICK = 100n;

/** Guests ask for the calendar once in a while: nanoseconds are BigInt, 64 bits of them. */
export class Rtc {
  readonly vm: Vm;
  /** The calendar's nanoseconds at time 0. */
  origin = 0n;
  alarm = 0n;
  /** The tick when the alarm falls due, NEVER unless it is armed. */
  deadline = NEVER;
  latchedHigh = 0;
  interruptEnabled = 0;
  interruptPending = 0;

  constructor(vm: Vm) {
    this.vm = vm;
  }
}

/** Puts the RTC into its state at power-on; it keeps its time. */
export function resetRtc(rtc: Rtc): void {
  rtc.alarm = 0n;
  rtc.deadline = NEVER;
  rtc.latchedHigh = 0;
  rtc.interruptEnabled = 0;
  rtc.interruptPending = 0;
}

function now(rtc: Rtc): bigint {
  return BigInt.asUintN(64, rtc.origin + BigInt(vmTime(rtc.vm)) * NANOSECONDS_PER_TICK);
}

function withLow(register: bigint, value: number): bigint {
  return (register & ~0xffff_ffffn) | BigInt(value >>> 0);
}

function withHigh(register: bigint, value: number): bigint {
  return (register & 0xffff_ffffn) | (BigInt(value >>> 0) << 32n);
}

/** Sets the calendar. */
function setNow(rtc: Rtc, time: bigint): void {
  rtc.origin = BigInt.asUintN(64, rtc.origin + time - now(rtc));
}

function updateInterrupt(rtc: Rtc): void {
  rtc.vm.plic.setLevel(RTC_IRQ, (rtc.interruptEnabled & rtc.interruptPending) !== 0);
}

/** Computes the first tick at which the calendar has reached the alarm. */
function arm(rtc: Rtc): void {
  const left = rtc.alarm - now(rtc);
  rtc.deadline = vmTime(rtc.vm);
  if (left > 0n) rtc.deadline += Number((left - 1n) / NANOSECONDS_PER_TICK + 1n);
  updateAlarm(rtc);
}

/** Fires the alarm if its time has come. */
export function updateAlarm(rtc: Rtc): void {
  if (rtc.deadline === NEVER || vmTime(rtc.vm) < rtc.deadline) return;
  rtc.deadline = NEVER;
  rtc.interruptPending = 1;
  updateInterrupt(rtc);
}

export function rtcLoad(rtc: Rtc, offset: number): number {
  updateAlarm(rtc);
  switch (offset) {
    case TIME_LOW: {
      const time = now(rtc);
      rtc.latchedHigh = bigHigh(time);
      return bigLow(time);
    }
    case TIME_HIGH:
      return rtc.latchedHigh;
    case ALARM_LOW:
      return bigLow(rtc.alarm);
    case ALARM_HIGH:
      return bigHigh(rtc.alarm);
    case IRQ_ENABLED:
      return rtc.interruptEnabled;
    case ALARM_STATUS:
      return rtc.deadline === NEVER ? 0 : 1;
    default:
      return 0;
  }
}

export function rtcStore(rtc: Rtc, offset: number, value: number): void {
  updateAlarm(rtc);
  switch (offset) {
    case TIME_LOW:
      setNow(rtc, withLow(now(rtc), value));
      break;
    case TIME_HIGH:
      setNow(rtc, withHigh(now(rtc), value));
      break;
    case ALARM_LOW:
      rtc.alarm = withLow(rtc.alarm, value);
      arm(rtc);
      break;
    case ALARM_HIGH:
      rtc.alarm = withHigh(rtc.alarm, value);
      break;
    case IRQ_ENABLED:
      rtc.interruptEnabled = value & 1;
      break;
    case CLEAR_ALARM:
      rtc.deadline = NEVER;
      break;
    case CLEAR_INTERRUPT:
      rtc.interruptPending = 0;
      break;
    default:
      break;
  }
  updateInterrupt(rtc);
  // The slice was cut at the earliest deadline, which may now be another.
  const { running } = rtc.vm;
  if (running !== undefined) requestStop(running);
}
