import { beforeAll, describe, expect, test } from 'vitest';
import { hartwood } from '../hartwood.js';
import type { Machine } from '../machine.js';
import { qemu } from '../qemu.js';
import { tellMismatches } from '../report.js';
import { campaignSeed } from '../seed.js';
import { compareWorlds } from './campaign.js';
import { StageCoverage } from './stage-coverage.js';

const SEED = campaignSeed();
/** Hypervisors' worlds of 320 operations each. */
const WORLDS = 1020;
const LEAST_ACCESSES = 200_000;

describe(`two-stage translation against QEMU, seed ${SEED}`, () => {
  const coverage = new StageCoverage();
  let machines: readonly [Machine, Machine];

  beforeAll(async () => {
    machines = await Promise.all([qemu(), hartwood()]);
  });

  test('random tables, modes, fences and accesses trap alike and leave the same memory', async () => {
    const mismatches = await compareWorlds(machines, { seed: SEED, count: WORLDS }, coverage);
    expect(mismatches, tellMismatches(mismatches)).toEqual([]);
  });

  test('every cause came from every stage and level it can come from', () => {
    console.log(coverage.report());
    expect(coverage.missing()).toEqual([]);
    expect(coverage.accesses).toBeGreaterThanOrEqual(LEAST_ACCESSES);
  });
});
