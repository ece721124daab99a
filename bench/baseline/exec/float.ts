import type { Hart } from '../hart/hart.js';
import type { Op } from './op.js';

export function executeFloat(_hart: Hart, _op: Op, _word: number): boolean {
  throw new Error('unfinished');
}
