import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { advance, busy, outcome } from './busy.js';
import { Machine } from './machine.js';
import { ALL, leaf } from './page-tables.js';
import { randomNumbers } from './random.js';
import { FRAMES, satpFor, TABLES, translated } from './translated.js';

describe.each([1, 2, 4])('the state after N steps, with %i harts,', (harts) => {
  const total = 60_000n;

  it('does not depend on how the budget is cut', async () => {
    const whole = await busy(harts);
    const idle = advance(whole, total, () => total);
    const expected = outcome(whole);
    // The programs really competed, were interrupted, waited and walked.
    for (let hart = 0; hart < harts; hart++) {
      expect(whole.counter('interrupts', hart)).toBeGreaterThan(50);
      expect(whole.counter('missWrite', hart)).toBeGreaterThan(100);
      expect(whole.counter('exceptions', hart)).toBeGreaterThan(0);
    }
    if (harts === 1) expect(idle).toBeGreaterThan(0);

    const single = await busy(harts);
    advance(single, total, () => 1n);
    expect(outcome(single)).toEqual(expected);

    for (const seed of [1, 2]) {
      const random = randomNumbers(seed);
      const cut = await busy(harts);
      advance(cut, total, () => BigInt(1 + random(seed === 1 ? 40 : 9000)));
      expect(outcome(cut)).toEqual(expected);
    }
  });

  it('does not depend on addresses that the hypervisor drops, nor on new epochs', async () => {
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const random = randomNumbers(harts);
    const dropped = await busy(harts);
    advance(dropped, total, () => {
      const { exports } = dropped.core;
      const page = [0, 0x200, 0x201, 0x300, 0x301, 0x305, 0x100, 0x102][random(8)] ?? 0;
      exports.vmDropAddresses(dropped.vm, page);
      if (random(8) === 0) exports.vmBeginEpoch(dropped.vm);
      return BigInt(1 + random(60));
    });
    expect(outcome(dropped)).toEqual(outcome(plain));
  });
});

it('the state after N steps does not depend on cuts when context ids run out', async () => {
  // Each address space is used with and without SUM, so that either change may need the last id.
  const spaces = async () => {
    const { machine } = await translated(
      `li s1, ${satpFor(TABLES)}
      li s2, 1 << 44
      li s3, 1 << 18
      csrs sstatus, s3
      csrc sstatus, s3
1:    add s1, s1, s2
      csrw satp, s1
      csrs sstatus, s3
      sd s1, 0(s4)
      csrc sstatus, s3
      j 1b`,
      { setup: `li s4, ${FRAMES}` },
    );
    machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL));
    return machine;
  };
  const total = 4000n;
  const whole = await spaces();
  advance(whole, total, () => total);
  const single = await spaces();
  advance(single, total, () => 1n);
  expect(outcome(single)).toEqual(outcome(whole));
});

it('the state after N steps does not depend on when the host takes the console’s output', async () => {
  const printing = () =>
    Machine.create('li a0, 0x10000000; 1: sb a1, 0(a0); addi a1, a1, 1; j 1b', { harts: 3 });
  const total = 150_000n;
  let exits = 0;
  const late = await printing();
  while (late.steps < total) {
    if (late.run(total - late.steps) === ExitReason.Console) exits += 1;
    // Each further byte asks again, the one in the last step of a hart's quantum too.
    if (exits % 2000 === 0) late.output();
  }
  expect(exits).toBeGreaterThan(10_000);
  const early = await printing();
  advance(early, total, () => {
    early.output();
    return 1000n;
  });
  expect(late.state()).toEqual(early.state());
});

describe('the budget', () => {
  it('is spent exactly, whatever it is', async () => {
    const machine = await Machine.create('1: addi a0, a0, 1; c.addi a1, 1; j 1b');
    let expected = 0n;
    for (const budget of [0n, 1n, 2n, 3n, 100n, 12_345n]) {
      expect(machine.run(budget)).toBe(ExitReason.Budget);
      expected += budget;
      expect(machine.steps).toBe(expected);
      expect(machine.core.instructions(machine.vm)).toBe(expected);
    }
  });

  it('of harts is shared by quanta in index order', async () => {
    const machine = await Machine.create('1: addi a0, a0, 1; j 1b', { harts: 4 });
    machine.run(12_000n);
    const taken = [0, 1, 2, 3].map((hart) => machine.counter('steps', hart));
    expect(taken).toEqual([5000, 5000, 2000, 0]);
    machine.run(28_000n);
    expect([0, 1, 2, 3].map((hart) => machine.counter('steps', hart))).toEqual([
      10_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('of a budget of steps in virtual time is one tick for each hundred', async () => {
    const machine = await Machine.create('1: j 1b', { harts: 2 });
    machine.run(123_456n);
    expect(machine.core.time(machine.vm)).toBe(1234n);
  });
});
