import type { Hart } from '../hart/hart.js';

export const failed = 0;
export const locatedAddress = 0;
export function loadVirtual(_hart: Hart, _low: number, _high: number, _bytes: number): number {
  throw new Error('unfinished');
}

export function storeVirtual(
  _hart: Hart,
  _low: number,
  _high: number,
  _bytes: number,
  _valueLow: number,
  _valueHigh: number,
): void {
  throw new Error('unfinished');
}

export function locateAtomic(
  _hart: Hart,
  _low: number,
  _high: number,
  _bytes: number,
  _access: number,
): number {
  throw new Error('unfinished');
}

export function watchToHost(_hart: Hart, _gpa: number, _bytes: number): void {
  throw new Error('unfinished');
}
