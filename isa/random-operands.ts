import { FIELDS, type FieldName, fieldMask } from './fields.js';
import { operandSyntax } from './notation.js';
import type { Row } from './row.js';
import { matches } from './table.js';

/** Deterministic pseudo-random 32-bit numbers (xorshift32); `seed` must not be zero. */
export function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** The bits of a row's words that its operands decide, with aq and rl where there are any. */
function operandBits(row: Row): number {
  const names = operandSyntax(row)
    .flatMap(({ value, base }) => [value, base])
    .filter((name): name is FieldName => name !== undefined && name !== 'sp');
  const bits = names.reduce((mask, name) => mask | fieldMask(FIELDS[name]), 0);
  return row.extensions.includes('A') ? bits | (3 << 25) : bits;
}

/** A word of the row with random operands, all other bits as the row has them. */
export function randomInstruction(row: Row, random: () => number): number {
  for (;;) {
    const word = ((random() & operandBits(row)) | row.match) >>> 0;
    if (matches(row, word)) return word;
  }
}
