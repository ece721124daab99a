import { describe, expect, it } from 'vitest';
import type { TranslationCounters } from '../../src/core/translate/counters.js';
import type { Translation } from '../../src/core/translate/translation.js';
import { FORCED } from '../tested-translation.js';
import { runProgram } from './campaign.js';
import { failingLinking } from './translating.js';

const PROGRAMS = 5;
const STEPS = 20_000;

interface Adversity {
  readonly translation: Translation;
  /** Whether the event loop has its turns. */
  readonly breathing?: boolean;
  /** What tells that there was any. */
  readonly told: (counters: TranslationCounters) => number;
}

const ADVERSITIES: Readonly<Record<string, Adversity>> = {
  'modules that do not compile, at random': {
    translation: { linking: failingLinking(1) },
    told: ({ failed }) => failed,
  },
  'modules that do not compile in other threads': {
    translation: { linking: failingLinking(2), asynchronous: true },
    breathing: true,
    told: ({ failures, asynchronous }) => Math.min(failures, asynchronous),
  },
  'modules that come later, when code has changed': {
    translation: { asynchronous: true, batch: 8 },
    breathing: true,
    told: ({ asynchronous }) => asynchronous,
  },
  'no tail calls': { translation: { tailCalls: false }, told: ({ installed }) => installed },
  'a code buffer too small for most regions': {
    translation: { moduleBytes: 6500 },
    told: ({ bufferFull }) => bufferFull,
  },
  'a table that is full at once': {
    translation: { regions: 16 },
    told: ({ generations }) => generations,
  },
  'generations of two modules': { translation: { modules: 2 }, told: ({ retired }) => retired },
  'regions of one instruction': {
    translation: { regionInstructions: 1 },
    told: ({ installed }) => installed,
  },
  'regions of seven instructions': {
    translation: { regionInstructions: 7, tailCalls: false },
    told: ({ installed }) => installed,
  },
};

describe.each(Object.entries(ADVERSITIES))('with %s', (_, { translation, breathing, told }) => {
  it('programs do what they do interpreted, and a counter tells', async () => {
    let [count, share] = [0, 0];
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const run = await runProgram(7000 + seed, {
        translation: { ...FORCED, ...translation },
        cut: seed % 2 === 0,
        changing: true,
        steps: STEPS,
        every: breathing ? 400 : 8000,
        breathing: breathing ?? false,
      });
      expect(run.difference).toBeUndefined();
      count += told(run.counters);
      share += run.share / PROGRAMS;
    }
    expect(count).toBeGreaterThan(PROGRAMS);
    // What others compile comes late.
    expect(share).toBeGreaterThan(breathing ? 0 : 0.05);
  });
});
