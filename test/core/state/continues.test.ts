import { describe, expect, it } from 'vitest';
import { HART_COUNTERS } from '../../../src/core/abi.js';
import { Random } from '../../oracle/random.js';
import { advance, allOf, randomPieces } from '../../translate/beside.js';
import { machineFor } from '../../translate/program/machine.js';
import { writeProgram } from '../../translate/program/program.js';
import { stateDifferences } from '../../translate/state-differences.js';
import { busy } from '../busy.js';
import { type Machine, newCore } from '../machine.js';
import { forked, restored, sectionsOf } from './twin.js';

/** SEED=N for another campaign; its programs have the seeds from N on. */
const SEED = Number(process.env.SEED ?? 7000);
const PROGRAMS = 8;

function expectSame(a: Machine, b: Machine, where: string): void {
  expect(stateDifferences(allOf(a), allOf(b)).slice(0, 12), where).toEqual([]);
}

/**
 * Takes a machine so many steps, then has it go on in three: itself, one restored from its sections, a fork. They
 * are compared with each other.
 */
async function goOn(machine: Machine, before: bigint, after: bigint, random: Random) {
  const pieces = randomPieces(random);
  advance(machine, before, pieces);
  const restoration = await restored(machine);
  const fork = forked(machine);
  expectSame(machine, restoration, 'right after');
  expect(sectionsOf(restoration)).toEqual(sectionsOf(machine));
  for (const each of [machine, restoration, fork]) advance(each, after, pieces);
  expectSame(machine, restoration, `restored after ${before} steps`);
  expectSame(machine, fork, `forked after ${before} steps`);
  return restoration;
}

describe(`random programs from seed ${SEED} go on from their saved state`, () => {
  it.each(Array.from({ length: PROGRAMS }, (_, n) => SEED + n))('seed %i', async (seed) => {
    const random = new Random(seed);
    const machine = await machineFor(writeProgram(seed), await newCore());
    for (let round = 0; round < 2; round++) {
      await goOn(machine, BigInt(random.between(100, 9000)), 3000n, random);
    }
    expect(machine.steps).toBeGreaterThan(1000n);
  });
});

describe('harts that compete, wait and fence', () => {
  it.each([1, 4])('go on from their saved state: %i', async (harts) => {
    const random = new Random(SEED + harts);
    let machine = await busy(harts);
    for (let round = 0; round < 3; round++) {
      const before = BigInt(random.between(1, 30_000));
      // What was restored is saved again, and so on.
      machine = await goOn(machine, before, 30_000n, random);
    }
    expect(machine.counter('interrupts')).toBeGreaterThan(0);
    expect(machine.counter('tableReads')).toBeGreaterThan(HART_COUNTERS.length);
  });
});
