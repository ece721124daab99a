import { expect } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { Machine, type MachineOptions } from '../machine.js';

export const READ = 1;
export const WRITE = 2;
export const NO_ADDRESS = -1n;

/** A machine with breakpoints at labels or addresses. */
export async function stopping(source: string, places: string[], options: MachineOptions = {}) {
  const machine = await Machine.create(source, options);
  for (const place of places) breakAt(machine, machine.at(place));
  return machine;
}

export function breakAt(machine: Machine, address: bigint): void {
  expect(machine.core.exports.vmSetBreakpoint(machine.vm, address)).toBe(1);
}

export function watch(machine: Machine, address: bigint, length: number, kinds: number): void {
  const { exports } = machine.core;
  expect(exports.vmSetWatchpoint(machine.vm, address, BigInt(length), kinds)).toBe(1);
}

/** Hart, kind (0 breakpoint, 1 read, 2 write) and address of the last stop. */
export function stop(machine: Machine): [number, number, bigint] {
  const of = (which: number) => machine.core.exports.vmDebugStop(machine.vm, which);
  return [Number(of(0)), Number(of(1)), BigInt.asUintN(64, of(2))];
}

/** Runs until a stop for the debugger. */
export function runToStop(machine: Machine): [number, number, bigint] {
  expect(machine.run()).toBe(ExitReason.Debug);
  return stop(machine);
}

export const step = (machine: Machine, hart = 0) =>
  machine.core.exports.vmStepHart(machine.vm, hart, 0n, 0n) >>> 0;
