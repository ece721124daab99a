import type { Hart } from '../hart/hart.js';

export function interpret(_hart: Hart): void {
  throw new Error('unfinished');
}
