import { expect, it } from 'vitest';
import { lockstep } from '../../src/node/door.js';
import { COUNTING, program } from './program.js';

const compare = (translate: object) =>
  lockstep({
    engines: ['wasm', 'wasm-interpreter'],
    vm: program(COUNTING),
    every: 1000,
    steps: 100_000,
    translate,
  });

it('translation that is asked for must have happened', async () => {
  const { verdict, engines } = await compare({ threshold: 1, batch: 1, patience: 1 });
  expect(verdict).toBe('equal');
  expect(engines[0].regionSteps).toBeGreaterThan(50_000);
  expect(engines[1].regionSteps).toBe(0);
  expect((await compare({ threshold: 65_535 })).verdict).toBe('unproven');
});
