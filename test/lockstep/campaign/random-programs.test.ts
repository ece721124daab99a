import { describe, expect, it } from 'vitest';
import { tellResult } from '../../../src/cli/lockstep/report.js';
import { lockstep } from '../../../src/node/door.js';
import { elfFile } from '../../image-maker.js';
import { CHAIN, writeChain } from '../../oracle/programs/campaign.js';

/** SEED=random for another campaign each time, SEED=N to repeat one. */
const SEED =
  process.env.SEED === 'random'
    ? Math.floor(Math.random() * 2 ** 32)
    : Number(process.env.SEED ?? 20260102);

/** Runs of 64 programs of 100 to 1,000 instructions each. */
const CHAINS = 16;
const LEAST_STEPS = 500_000;

describe(`random programs, seed ${SEED}`, () => {
  it('do the same on wasm and ts, step for step', async () => {
    console.log(`seed ${SEED}`);
    let steps = 0;
    for (let chain = 0; chain < CHAINS; chain++) {
      const { image } = writeChain(SEED, chain * CHAIN, CHAIN);
      const result = await lockstep({
        engines: ['wasm', 'ts'],
        vm: { guest: { bare: elfFile(image.bytes) }, memory: '16M' },
        every: 5000,
        steps: 20_000_000,
      });
      expect(result.verdict, `chain ${chain}: ${tellResult(result)}`).toBe('equal');
      expect(result.end).toBe('the guest powered off');
      steps += result.steps;
    }
    console.log(`${CHAINS * CHAIN} programs, ${steps} steps`);
    expect(steps).toBeGreaterThan(LEAST_STEPS);
  });
});
