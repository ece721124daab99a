import { beforeAll, describe, expect, it } from 'vitest';
import { attempt } from './attempt.js';
import type { Access, Outcome } from './model.js';
import { Rig } from './rig.js';
import { Trial } from './trial.js';

const WORLDS = 1000;
const WARM_WORLDS = 200;
const ACCESSES = 24;
/** What stores store, counted up. */
const VALUE = 0x1234_5678_9abc_def0n;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});

const key = ({ failure }: Outcome): string => {
  if (failure === undefined) return 'fine';
  const { cause, stage, level, implicit } = failure;
  return `cause ${cause}, stage ${stage}, level ${level}${implicit ? `, ${implicit} of a table` : ''}`;
};

const LEVELS = [0, 1, 2, 3, 4];
const PAGE_FAULTS = [12, 13, 15];
const ACCESS_FAULTS = [1, 5, 7];

/** What must have occurred: all causes at all levels; ‘-1’ is the access itself, 5 above the root. */
function expectedKeys(virtual: boolean): string[] {
  const at = (causes: readonly number[], stage: number, levels: readonly number[], suffix = '') =>
    causes.flatMap((cause) =>
      levels.map((level) => `cause ${cause}, stage ${stage}, level ${level}${suffix}`),
    );
  const keys = ['fine', ...at(PAGE_FAULTS, 0, [...LEVELS, 5]), ...at(ACCESS_FAULTS, 0, LEVELS)];
  if (!virtual) return [...keys, ...at(ACCESS_FAULTS, 0, [-1])];
  return [
    ...keys,
    ...at(ACCESS_FAULTS, 1, [-1, ...LEVELS]),
    ...at([20, 21, 23], 1, [...LEVELS, 5]),
    ...at([20, 21, 23], 1, LEVELS, ', read of a table'),
    ...at([20, 21, 23], 1, LEVELS, ', write of a table'),
  ];
}

describe('accesses', () => {
  it.each([
    ['of guests, through two stages', true, WORLDS],
    ['through one stage', false, WORLDS / 2],
  ])('%s are the model’s', (_, virtual, worlds) => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= worlds; seed++) {
      const trial = new Trial(rig, seed, { virtual });
      for (let k = 0; k < ACCESSES; k++) {
        const outcome = attempt(trial, trial.drawAccess(), VALUE + BigInt(k), true);
        if (outcome !== undefined) seen.add(key(outcome));
      }
      trial.end();
    }
    expect(expectedKeys(virtual).filter((name) => !seen.has(name))).toEqual([]);
  });

  it('without fences see what is left of the TLB as if there were none', () => {
    let hits = 0;
    for (let seed = 1; seed <= WARM_WORLDS; seed++) {
      const trial = new Trial(rig, WORLDS + seed, { virtual: seed % 4 !== 0 });
      rig.fence();
      let last: Access | undefined;
      for (let k = 0; k < 2 * ACCESSES; k++) {
        if (trial.oneOf([true, false, false, false])) trial.changePermissions();
        // The same pages again and again, by other modes, for other purposes.
        const drawn = trial.drawAccess();
        const again =
          last && trial.oneOf([true, true, true, false]) ? { ...drawn, va: last.va } : drawn;
        const before = rig.tableReads[0] + rig.tableReads[1];
        const outcome = attempt(trial, again, VALUE + BigInt(k), false);
        if (outcome === undefined) continue;
        if (outcome.failure === undefined) last = again;
        if (outcome.reads.length > 0 && rig.tableReads[0] + rig.tableReads[1] === before) hits++;
      }
      trial.end();
    }
    expect(hits).toBeGreaterThan(500);
  });
});
