import type { Hart } from '../hart/hart.js';

export function callSbi(_hart: Hart): number {
  throw new Error('unfinished');
}
