import type { Hart } from '../hart/hart.js';
import type { Op } from './op.js';

export function executeAtomic(_hart: Hart, _op: Op, _word: number): number {
  throw new Error('unfinished');
}
