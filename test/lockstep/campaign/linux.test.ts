import { expect, it } from 'vitest';
import { tellResult } from '../../../src/cli/lockstep/report.js';
import { lockstep } from '../../../src/node/door.js';

const STEPS = 200_000_000;

it('Linux boots alike on wasm and ts, for 200 million steps', async () => {
  const result = await lockstep({
    engines: ['wasm', 'ts'],
    vm: { guest: 'debian', seed: 4 },
    every: 2_000_000,
    steps: STEPS,
  });
  console.log(tellResult(result));
  expect(result.verdict, tellResult(result)).toBe('equal');
  expect(result.steps).toBe(STEPS);
  for (const { fastSteps } of result.engines) expect(fastSteps / STEPS).toBeGreaterThan(0.9);
});
