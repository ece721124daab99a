import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { platformLinking } from '../../src/core/translate/linking.js';
import {
  countersOf,
  interpreting,
  linkingWith,
  manyLoops,
  runBoth,
  translating,
} from './translating.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const LOOPS = manyLoops(12);

describe('a generation', () => {
  it.each([
    ['modules', { modules: 5 }],
    ['regions', { regions: 5 }],
  ])('is replaced under a running guest when %s are too many', async (_, limits) => {
    const [one, other] = [await interpreting(LOOPS), await translating(LOOPS, limits)];
    await runBoth(one, other, 60_000n, 3_000n);
    expect(other.state()).toEqual(one.state());
    const { generations, retired, live } = countersOf(other);
    expect(generations).toBeGreaterThan(3);
    expect(retired).toBeGreaterThan(10);
    expect(live).toBeLessThanOrEqual(6);
    expect(other.counter('regionSteps')).toBeGreaterThan(15_000);
  });

  it('grows its table', async () => {
    const machine = await translating(manyLoops(1_100, 64), {
      ...{ eager: false, regionInstructions: 8 },
      ...{ regions: 4096, modules: 4096 },
    });
    machine.run(400_000n);
    expect(countersOf(machine)).toMatchObject({ generations: 0 });
    expect(countersOf(machine).live).toBeGreaterThan(1_100);
  });

  it('is let go of as a whole, with its table and its modules', async () => {
    const tables = new Set<WeakRef<object>>();
    const linking = linkingWith({
      now(bytes, imports) {
        if (![...tables].some((table) => table.deref() === imports.env.table)) {
          tables.add(new WeakRef(imports.env.table));
        }
        platformLinking.now(bytes, imports);
      },
    });
    const machine = await translating(LOOPS, { modules: 4, linking });
    const { exports } = machine.core;
    while (countersOf(machine).generations < 20) machine.run(1_000n);
    expect(tables.size).toBeGreaterThanOrEqual(20);
    const alive = () => [...tables].filter((table) => table.deref() !== undefined).length;
    // A WeakRef holds what it points to until the present task ends.
    for (let turns = 0; turns < 50 && alive() > 1; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    expect(alive()).toBeLessThanOrEqual(1);
    expect(exports).toBe(machine.core.exports);
  });

  it('is replaced by another core on the same memory, also while a module is under way', async () => {
    for (const asynchronous of [false, true]) {
      const [one, other] = [await interpreting(LOOPS), await translating(LOOPS, { asynchronous })];
      for (let turn = 0; turn < 20; turn++) {
        await runBoth(one, other, 1_500n, 500n);
        await other.core.rebind();
      }
      await runBoth(one, other, 20_000n, 2_000n, ({ live }) => live >= 12);
      expect(other.state()).toEqual(one.state());
      expect(countersOf(other).generations).toBe(20);
    }
  });
});

it('a core that is not translating is replaced as well, and its exports stay the same object', async () => {
  const [one, other] = [await interpreting(LOOPS), await interpreting(LOOPS)];
  const { exports } = other.core;
  one.run(5_000n);
  other.run(5_000n);
  const { vmRun } = exports;
  await other.core.rebind();
  expect(exports).toBe(other.core.exports);
  expect(exports.vmRun).not.toBe(vmRun);
  one.run(5_000n);
  other.run(5_000n);
  expect(other.state()).toEqual(one.state());
});
