import { ClockKind, TIMEBASE } from '../core/abi.js';
import type { Pacer } from './pacer.js';

const TICKS_PER_MS = TIMEBASE / 1000;
const NS_PER_TICK = 1_000_000_000n / BigInt(TIMEBASE);

/** 2024-01-01, where a virtual clock's calendar begins, before the seed moves it. */
const VIRTUAL_EPOCH_NS = 1_704_067_200_000_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const SECONDS_PER_YEAR = 31_536_000n;

/**
 * A VM's clock, as the host layer drives it. Real: `mtime` follows the host's monotonic clock.
 * Virtual: the core counts steps, and only skips over idle time come from here.
 */
export interface Clock {
  readonly kind: 'real' | 'virtual';
  readonly coreKind: number;
  /** Ticks since the clock was made; always 0 if virtual. */
  now(): bigint;
  /** Ticks that 2^32 steps take at the measured speed. */
  rate(pacer: Pacer): bigint;
  /** Calendar time at tick 0, in nanoseconds since 1970. */
  readonly origin: bigint;
  /** Real: `now` stands still until `proceed`, and goes on from there. */
  halt(): void;
  proceed(): void;
  /** Another VM's clock that shows the same time now. */
  fork(): Clock;
}

export function realClock(): Clock {
  return realClockAt(0n);
}

/** A real clock that shows `ticks` now. */
export function realClockAt(ticks: bigint): Clock {
  let start = performance.now() - Number(ticks) / TICKS_PER_MS;
  let halted: number | undefined;
  const origin = BigInt(Date.now()) * 1_000_000n - ticksToNs(ticks);
  const clock: Clock = {
    kind: 'real',
    coreKind: ClockKind.Real,
    origin,
    now: () => BigInt(Math.floor(((halted ?? performance.now()) - start) * TICKS_PER_MS)),
    rate: (pacer) => BigInt(Math.floor((2 ** 32 * TICKS_PER_MS) / pacer.stepsPerMs)),
    halt: () => {
      halted ??= performance.now();
    },
    proceed: () => {
      if (halted !== undefined) start += performance.now() - halted;
      halted = undefined;
    },
    fork: () => ({ ...realClockAt(clock.now()), origin }),
  };
  return clock;
}

export function virtualClock(seed: bigint): Clock {
  const clock: Clock = {
    kind: 'virtual',
    coreKind: ClockKind.Virtual,
    origin: VIRTUAL_EPOCH_NS + (BigInt.asUintN(64, seed) % SECONDS_PER_YEAR) * NS_PER_SECOND,
    now: () => 0n,
    rate: () => 0n,
    halt: () => {},
    proceed: () => {},
    // Steps tell the time, and the core keeps them.
    fork: () => clock,
  };
  return clock;
}

export const ticksToMs = (ticks: bigint): number => Number(ticks) / TICKS_PER_MS;
export const secondsToTicks = (seconds: number): bigint => BigInt(Math.round(seconds * TIMEBASE));
export const ticksToSeconds = (ticks: bigint): number => Number(ticks) / TIMEBASE;
export const ticksToNs = (ticks: bigint): bigint => ticks * NS_PER_TICK;
