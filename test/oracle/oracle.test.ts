import { beforeAll, describe, expect, test } from 'vitest';
import { CAUSES, Coverage } from './coverage.js';
import { hartwood, type Subject } from './hartwood.js';
import type { Machine } from './machine.js';
import { compareOperands } from './operands/campaign.js';
import { comparePrograms } from './programs/campaign.js';
import { qemu } from './qemu.js';
import { tellCoverage, tellMismatches } from './report.js';
import { campaignSeed } from './seed.js';

const SEED = campaignSeed();

/** Cases of each instruction, and random programs of 100 to 1,000 instructions. */
const CASES = 1000;
const PROGRAMS = 1024;
const LEAST_INSTRUCTIONS = 1_000_000n;

describe(`against QEMU, seed ${SEED}`, () => {
  const coverage = new Coverage();
  let machines: readonly [Machine, Subject];

  beforeAll(async () => {
    const [oracle, subject] = await Promise.all([qemu(), hartwood()]);
    console.log(`seed ${SEED}, against QEMU ${oracle.version}`);
    machines = [oracle, subject];
  });

  test('every instruction gives the same results on random operands', async () => {
    const options = { seed: SEED, count: CASES };
    const mismatches = await compareOperands(machines, options, coverage);
    expect(mismatches, tellMismatches(mismatches)).toEqual([]);
  });

  test('random programs trap alike and leave the same registers and memory', async () => {
    const options = { seed: SEED, count: PROGRAMS };
    const mismatches = await comparePrograms(machines, options, coverage);
    expect(mismatches, tellMismatches(mismatches)).toEqual([]);
  });

  test('every row of the table and every trap cause was compared', () => {
    const instructions = machines[1].instructions();
    console.log(tellCoverage(coverage, instructions));
    expect(coverage.rowsBelow(CASES)).toEqual([]);
    expect(coverage.causesMissing(CAUSES)).toEqual([]);
    expect(instructions).toBeGreaterThanOrEqual(LEAST_INSTRUCTIONS);
  });
});
