import { expect, it } from 'vitest';
import { tellResult } from '../../../src/cli/lockstep/report.js';
import { lockstep } from '../../../src/node/door.js';

it.each([
  [1, 200_000_000],
  [4, 40_000_000],
])('Linux boots alike on wasm and ts, with %i harts, for %i steps', async (cpus, steps) => {
  const result = await lockstep({
    engines: ['wasm', 'ts'],
    vm: { guest: 'debian', cpus, seed: 4 },
    every: 2_000_000,
    steps,
  });
  console.log(tellResult(result));
  expect(result.verdict, tellResult(result)).toBe('equal');
  expect(result.steps).toBe(steps);
  for (const { fastSteps } of result.engines) expect(fastSteps / steps).toBeGreaterThan(0.95);
});
