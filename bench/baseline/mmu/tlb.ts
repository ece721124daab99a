import type { Hart } from '../hart/hart.js';

export const fault = 0;
export const IS_MMIO = -2;
export const resolvedFast = 0;
export function translate(_hart: Hart, _low: number, _high: number, _access: number): number {
  throw new Error('unfinished');
}

export function resolve(
  _hart: Hart,
  _entry: number,
  _low: number,
  _bytes: number,
  _access: number,
): number {
  throw new Error('unfinished');
}

export function guestAddress(_hart: Hart, _entry: number, _low: number): number {
  throw new Error('unfinished');
}

export function flushAll(_hart: Hart): void {
  throw new Error('unfinished');
}

export function fenceAll(_hart: Hart, _asid: number, _hasAsid: boolean): void {
  throw new Error('unfinished');
}

export function fenceRange(
  _hart: Hart,
  _startLow: number,
  _startHigh: number,
  _bytes: number,
  _asid: number,
  _hasAsid: boolean,
): void {
  throw new Error('unfinished');
}
