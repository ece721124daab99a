import type { Hart } from './hart.js';

export function writeCsr(_hart: Hart, _number: number, _low: number, _high: number): void {
  throw new Error('unfinished');
}

export function refreshFloat(_hart: Hart): void {
  throw new Error('unfinished');
}
