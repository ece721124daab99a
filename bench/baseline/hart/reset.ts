import type { Hart } from './hart.js';

export function startMachine(_hart: Hart, _pc: bigint, _a0: bigint, _a1: bigint): void {
  throw new Error('unfinished');
}

export function startSupervisor(_hart: Hart, _pc: bigint, _a0: bigint, _a1: bigint): void {
  throw new Error('unfinished');
}
