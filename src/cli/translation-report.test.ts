import { expect, it } from 'vitest';
import type { TranslationFigures } from '../vm/translation-figures.js';
import { translationLines } from './translation-report.js';

const FIGURES: TranslationFigures = {
  entries: 2000,
  instructions: 150_000,
  share: 0.75,
  instructionsPerEntry: 75,
  regions: {
    live: 90,
    requested: 130,
    compiled: 110,
    rejected: { refused: 12, stale: 0, failed: 0, tableFull: 3, bufferFull: 0 },
    evicted: 15,
    retired: 5,
    instructions: 2400,
  },
  modules: 7,
  bytes: 54_321,
  generations: 1,
  compileSeconds: 0.0421,
  longestCompileSeconds: 0.00375,
  unavailable: null,
};

it('says what was translated, and what came of the rest', () => {
  expect(translationLines(FIGURES)).toEqual([
    'Translated: 75.00 % of instructions, 2,000 entries, 75.0 instructions each',
    '  regions: compiled 110, live 90, evicted 15, retired 5; rejected: refused 12, table full 3',
    '  7 modules of 54,321 bytes in 2 generations: 0.042 s, the longest 3.8 ms',
  ]);
});

it('says why nothing was', () => {
  const nothing = { ...FIGURES, share: 0, entries: 0, instructionsPerEntry: null };
  expect(translationLines({ ...nothing, unavailable: 'code is forbidden' })).toEqual([
    'Translated: 0.00 % of instructions, 0 entries',
    expect.any(String),
    expect.any(String),
    '  nothing is translated: code is forbidden',
  ]);
  expect(translationLines(null)).toEqual([]);
});
