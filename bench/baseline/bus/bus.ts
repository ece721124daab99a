import type { Hart } from '../hart/hart.js';

export const busFault = 0;
export function busLoad(_hart: Hart, _gpa: number, _bytes: number): number {
  throw new Error('unfinished');
}

export function busStore(
  _hart: Hart,
  _gpa: number,
  _bytes: number,
  _low: number,
  _high: number,
): void {
  throw new Error('unfinished');
}
