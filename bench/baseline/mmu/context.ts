import type { Hart } from '../hart/hart.js';

export function selectContexts(_hart: Hart): void {
  throw new Error('unfinished');
}

export function emptyTlb(_hart: Hart): void {
  throw new Error('unfinished');
}

export function dataPrivilege(_hart: Hart): number {
  throw new Error('unfinished');
}
