import type { Hart } from './hart.js';

export function setLine(_hart: Hart, _mask: number, _on: boolean): void {
  throw new Error('unfinished');
}

export function pendingBits(_hart: Hart): number {
  throw new Error('unfinished');
}

export function nextInterrupt(_hart: Hart): number {
  throw new Error('unfinished');
}

export function wakingBits(_hart: Hart): number {
  throw new Error('unfinished');
}

export function requestStop(_hart: Hart): void {
  throw new Error('unfinished');
}

export function recheckInterrupts(_hart: Hart): void {
  throw new Error('unfinished');
}

/** Bits of mip and mie (Privileged 3.1.9). */
export const SSIP = 1 << 1;
export const MSIP = 1 << 3;
export const STIP = 1 << 5;
export const MTIP = 1 << 7;
export const SEIP = 1 << 9;
export const MEIP = 1 << 11;
