import type { Hart } from '../hart/hart.js';

export const walkFault = 0;
export const walkedAddress = 0;
export function accessFault(_access: number): number {
  throw new Error('unfinished');
}

export function walk(
  _hart: Hart,
  _low: number,
  _high: number,
  _access: number,
  _privilege: number,
): boolean {
  throw new Error('unfinished');
}
