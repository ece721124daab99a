import type { Hart } from '../hart/hart.js';
import type { Op } from './op.js';

export const ILLEGAL = 5;
export function executeCsr(_hart: Hart, _op: Op, _word: number): number {
  throw new Error('unfinished');
}

export function executePrivileged(_hart: Hart, _op: Op, _word: number): number {
  throw new Error('unfinished');
}

export function executeEcall(_hart: Hart): number {
  throw new Error('unfinished');
}

export function executeEbreak(_hart: Hart): number {
  throw new Error('unfinished');
}
