import { describe, expect, it } from 'vitest';
import { FORCED } from '../tested-translation.js';
import { MIXED } from './beside.js';
import { type ProgramRun, type ProgramRunOptions, runProgram } from './campaign.js';

/** SEED=N for another campaign; its programs have the seeds from N on. */
const SEED = Number(process.env.SEED ?? 1000);
const PROGRAMS = 12;

/** Runs programs, none of which may differ; the mean share of steps in regions. */
async function campaign(first: number, count: number, options: ProgramRunOptions): Promise<number> {
  const runs: ProgramRun[] = [];
  for (let n = 0; n < count; n++) {
    const run = await runProgram(first + n, options);
    expect(run.difference).toBeUndefined();
    runs.push(run);
  }
  return runs.reduce((sum, { share }) => sum + share, 0) / runs.length;
}

describe(`random programs from seed ${SEED} do in regions what they do interpreted`, () => {
  it('when everything is translated at once', async () => {
    const share = await campaign(SEED, PROGRAMS, { translation: FORCED, cut: false });
    expect(share).toBeGreaterThan(0.5);
  });

  it('when regions are small, and seldom loops', async () => {
    const translation = { ...FORCED, regionInstructions: 24 };
    const share = await campaign(SEED + 400, 2 * PROGRAMS, { translation, cut: false });
    expect(share).toBeGreaterThan(0.5);
  });

  it('when budgets are cut at random', async () => {
    const share = await campaign(SEED + 100, PROGRAMS, { translation: FORCED, cut: true });
    expect(share).toBeGreaterThan(0.3);
  });

  it('when interpreter and regions take turns', async () => {
    const share = await campaign(SEED + 200, PROGRAMS, { translation: MIXED, cut: true });
    expect(share).toBeGreaterThan(0.2);
  });

  it('when stores and page tables change code under it', async () => {
    const options = { translation: FORCED, cut: false, changing: true };
    const share = await campaign(SEED + 300, PROGRAMS, options);
    expect(share).toBeGreaterThan(0.3);
  });
});
