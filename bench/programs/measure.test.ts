import { expect, test } from 'vitest';
import type { ProgramEngine } from '../engines/engine.js';
import { alu } from '../vcpu/programs/alu.js';
import { measurePasses } from './measure.js';

const COUNT = { base: 10, pass: 1000 };

interface Pace {
  readonly start: number;
  readonly first: number;
  readonly slowPass: number;
  readonly slowPasses: number;
  readonly pass: number;
}

/** An engine whose runs take what is given: to start, for the first pass, for some more, and for each after them. */
function engineOf({ start, first, slowPass, slowPasses, pass }: Pace): ProgramEngine {
  return {
    name: 'wasm',
    run: async (_program, passes) => ({
      seconds:
        start +
        first +
        Math.min(passes - 1, slowPasses) * slowPass +
        Math.max(0, passes - 1 - slowPasses) * pass,
      instructions: COUNT.base + passes * COUNT.pass,
    }),
  };
}

test.each([
  {
    what: 'that starts and ends slowly',
    pace: { start: 0.2, first: 0.0001, slowPass: 0, slowPasses: 0, pass: 0.0001 },
  },
  {
    what: 'whose first pass takes long',
    pace: { start: 0, first: 0.05, slowPass: 0, slowPasses: 0, pass: 0.0001 },
  },
  {
    what: 'that takes a while to get fast',
    pace: { start: 0.01, first: 0.001, slowPass: 0.001, slowPasses: 130, pass: 0.0001 },
  },
])('of an engine $what, the speed is the one that it has in the end', async ({ pace }) => {
  const extent = { runs: 3, targetSeconds: 0.5, shrink: 1 };
  const rates = await measurePasses(engineOf(pace), alu, COUNT, extent);
  expect(rates).toHaveLength(3);
  for (const rate of rates) expect(rate * pace.pass).toBeCloseTo(1, 6);
});

test('an engine that counts other instructions than the first one is no engine to measure', async () => {
  const pace = { start: 0, first: 0.01, slowPass: 0, slowPasses: 0, pass: 0.01 };
  const extent = { runs: 1, targetSeconds: 0.1, shrink: 1 };
  const measuring = measurePasses(engineOf(pace), alu, { base: 10, pass: 999 }, extent);
  await expect(measuring).rejects.toThrow(/alu took \d+ instructions on wasm, not \d+/);
});
