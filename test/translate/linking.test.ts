import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import type { RegionImports } from '../../src/core/translate/linking.js';
import { platformLinking } from '../../src/core/translate/linking.js';
import type { Translation } from '../../src/core/translate/translation.js';
import { encode } from '../oracle/code.js';
import {
  countersOf,
  failingLinking,
  interpreting,
  linkingWith,
  manyLoops,
  runBoth,
  translating,
} from './translating.js';

const STEPS = 40_000n;
const LOOPS = manyLoops(12);

/**
 * Runs the loops interpreted and translated, until so many regions were installed; the translated machine, found to
 * be in the same state.
 */
async function compared(translation: Translation, installed = 12, source = LOOPS) {
  const [one, other] = [await interpreting(source), await translating(source, translation)];
  await runBoth(one, other, STEPS, 3_000n, (counters) => counters.installed >= installed);
  expect(other.state()).toEqual(one.state());
  return other;
}

describe('regions are linked', () => {
  it('at once, where the platform allows it', async () => {
    const machine = await compared({});
    const counters = countersOf(machine);
    expect(counters).toMatchObject({ asynchronous: 0, failures: 0, failed: 0, unavailable: null });
    expect(counters.longestMilliseconds).toBeGreaterThan(0);
    expect(counters.milliseconds).toBeGreaterThanOrEqual(counters.longestMilliseconds);
    expect(machine.counter('regionSteps')).toBeGreaterThan(Number(STEPS) * 0.9);
  });

  it('in other threads, where that is asked for', async () => {
    const counters = countersOf(await compared({ asynchronous: true }));
    expect(counters.asynchronous).toBe(counters.modules);
  });

  it('in other threads, where the platform refuses modules of that size', async () => {
    const sizes: number[] = [];
    const linking = linkingWith({
      now(bytes, imports) {
        sizes.push(bytes.length);
        if (bytes.length > 400) throw new RangeError('too much for this thread');
        platformLinking.now(bytes, imports);
      },
    });
    const counters = countersOf(await compared({ linking }));
    expect(counters.asynchronous).toBeGreaterThan(0);
    expect(counters).toMatchObject({ failures: 0, failed: 0 });
    // Each size is tried only where no smaller one was refused.
    const refused = sizes.filter((size) => size > 400);
    expect(refused).toEqual([...refused].sort((a, b) => b - a));
  });

  it('in batches, whose requests wait for each other', async () => {
    const counters = countersOf(await compared({ batch: 6, patience: 1000 }, 6));
    expect(counters.emitted / counters.modules).toBeGreaterThanOrEqual(5);
  });

  it('without tail calls', async () => {
    const machine = await compared({ tailCalls: false });
    expect(machine.counter('regionSteps')).toBeGreaterThan(Number(STEPS) * 0.9);
  });

  it('no longer in one run than its pause allows', async () => {
    const machine = await translating(LOOPS, { pause: 0 });
    machine.core.run(machine.vm, STEPS, 0n, 0n);
    expect(countersOf(machine).modules).toBe(1);
    machine.core.run(machine.vm, STEPS, 0n, 0n);
    expect(countersOf(machine).modules).toBe(2);
  });
});

describe('a region that does not fit a module', () => {
  it('is not written past its end', async () => {
    // Of one instruction each: calls, then returns, each of which may go behind any of the calls.
    const branch = encode('beq', { rs1: 0, rs2: 0, immB: 8 });
    const code = [
      ...new Array<number>(8).fill(encode('jal', { rd: 1, immJ: 4 })),
      ...Array.from({ length: 500 }, () => [branch, encode('jalr', { rs1: 1 })]).flat(),
      encode('jal', { immJ: -4000 }),
    ];
    const moduleBytes = 5300;
    const sizes: number[] = [];
    const linking = linkingWith({
      now(bytes, imports) {
        sizes.push(bytes.length);
        platformLinking.now(bytes, imports);
      },
    });
    const source = 'li s0, 0x80100000\njr s0';
    const machine = await translating(source, { linking, moduleBytes });
    machine.ram.write(0x8010_0000n, new Uint8Array(Uint32Array.from(code).buffer));
    for (let round = 0; round < 10; round++) machine.run(1000n);
    expect(countersOf(machine).bufferFull).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(moduleBytes);
  });
});

describe('a run', () => {
  it('has the length that was asked for, and does not tell of translation', async () => {
    const machine = await translating(LOOPS);
    for (const steps of [1n, 2n, 999n, 12_345n]) {
      const before = machine.steps;
      expect(machine.core.run(machine.vm, steps, 0n, 0n)).toBe(ExitReason.Budget);
      expect(machine.steps - before).toBe(steps);
    }
    expect(countersOf(machine).installed).toBeGreaterThan(0);
  });
});

describe('a module that does not compile', () => {
  it('is counted, and stops nothing', async () => {
    for (const asynchronous of [false, true]) {
      const linking = failingLinking(5);
      const counters = countersOf(await compared({ linking, asynchronous }, 6));
      expect(counters.failures).toBeGreaterThan(0);
      expect(counters.failed).toBeGreaterThanOrEqual(counters.failures);
      expect(counters.unavailable).toBeNull();
    }
  });

  it('ends translation if none ever did', async () => {
    let tried = 0;
    const now = () => {
      tried++;
      throw new WebAssembly.CompileError('not here');
    };
    const machine = await compared({ linking: linkingWith({ now }) }, 0, manyLoops(20));
    expect(tried).toBe(8);
    expect(countersOf(machine)).toMatchObject({
      installed: 0,
      unavailable: 'none of the first 8 modules compiled: CompileError: not here',
    });
    expect(machine.counter('regionEntries')).toBe(0);
  });
});

describe('code that changes while its region compiles', () => {
  it('is not run as it was', async () => {
    const source = 'li s0, 0\nloop: addi s0, s0, 1\nj loop';
    const held: (() => void)[] = [];
    const linking = linkingWith({
      async later(bytes: Uint8Array<ArrayBuffer>, imports: RegionImports) {
        await new Promise<void>((resolve) => held.push(resolve));
        await platformLinking.later(bytes, imports);
      },
    });
    const machine = await translating(source, { linking, asynchronous: true });
    machine.run(1_000n);
    expect(held.length).toBe(1);
    const before = machine.x('s0');
    // addi s0, s0, 2
    machine.ram.write(machine.at('loop'), Uint8Array.of(0x13, 0x04, 0x24, 0x00));
    held[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (let turns = 0; turns < 1000 && countersOf(machine).stale === 0; turns++) {
      machine.run(2n);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(countersOf(machine)).toMatchObject({ stale: 1 });
    const steps = machine.steps;
    expect(machine.x('s0') - before).toBe(steps - 1_000n);
  });
});
