import type { Hart } from '../hart/hart.js';

export function executeJump(_hart: Hart, _word: number): number {
  throw new Error('unfinished');
}
