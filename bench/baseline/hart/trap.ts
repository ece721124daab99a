import type { Hart } from './hart.js';

export function raise(_hart: Hart, _cause: number, _tvalLow: number, _tvalHigh: number): void {
  throw new Error('unfinished');
}

export function interrupt(_hart: Hart, _code: number): void {
  throw new Error('unfinished');
}
