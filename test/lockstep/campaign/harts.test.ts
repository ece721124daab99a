import { expect, it } from 'vitest';
import { tellResult } from '../../../src/cli/lockstep/report.js';
import { RAM_BASE } from '../../../src/core/abi.js';
import { lockstep } from '../../../src/node/door.js';
import { busy } from '../../core/busy.js';
import { elfFile } from '../../image-maker.js';

const STEPS = 2_000_000;

it('harts that compete, interrupt each other and wait do the same on wasm and ts', async () => {
  const { ram } = await busy(4);
  const program = elfFile(ram.read(RAM_BASE, ram.size), { flags: 7 });
  const result = await lockstep({
    engines: ['wasm', 'ts'],
    vm: { guest: { bare: program }, memory: '48M', cpus: 4 },
    every: 20_000,
    steps: STEPS,
  });
  expect(result.verdict, tellResult(result)).toBe('equal');
  expect(result.steps).toBe(STEPS);
  // Not in a loop of traps.
  for (const { fastSteps } of result.engines) expect(fastSteps).toBeGreaterThan(STEPS / 2);
});
