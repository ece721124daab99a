import { expect, it } from 'vitest';
import { HART_COUNTERS, REGIMES } from '../../src/core/abi.js';
import { advance, busy } from './busy.js';
import { Machine, newCore } from './machine.js';
import { START, TRAP_LOG } from './program-parts.js';

const total = (machine: Machine, hart: number, name: Parameters<typeof of>[3]) =>
  REGIMES.reduce((sum, _, regime) => sum + of(machine, hart, regime, name), 0n);
const of = (
  machine: Machine,
  hart: number,
  regime: number,
  name: 'steps' | 'missRead' | 'missWrite' | 'missFetch' | 'traps' | 'exits',
) => machine.core.regimeCounter(machine.vm, hart, regime, name);

it('what is counted by regime adds up to what is counted at all', async () => {
  const machine = await busy(2, await newCore());
  let runs = 0n;
  advance(machine, 60_000n, () => {
    runs += 1n;
    return 777n;
  });
  for (const hart of [0, 1]) {
    expect(total(machine, hart, 'steps')).toBe(machine.core.counter(machine.vm, hart, 'steps'));
    for (const name of ['missRead', 'missWrite', 'missFetch'] as const) {
      expect(total(machine, hart, name)).toBe(machine.core.counter(machine.vm, hart, name));
    }
    const traps = BigInt(machine.counter('exceptions', hart) + machine.counter('interrupts', hart));
    expect(total(machine, hart, 'traps')).toBe(traps);
    // M-mode and S-mode take turns, and stores miss in the latter.
    expect(of(machine, hart, 0, 'steps')).toBeGreaterThan(1000n);
    expect(of(machine, hart, 1, 'steps')).toBeGreaterThan(1000n);
    expect(of(machine, hart, 1, 'missWrite')).toBeGreaterThan(10n);
    expect(of(machine, hart, 2, 'steps')).toBe(0n);
  }
  expect(runs).toBeGreaterThan(70n);
  expect(total(machine, 0, 'exits') + total(machine, 1, 'exits')).toBeLessThanOrEqual(runs);
  expect(total(machine, 0, 'exits')).toBeGreaterThan(10n);
  expect(machine.counter('tableReads')).toBeGreaterThan(100);
});

it('a miss counts for the privilege that the access has, a trap for that it leaves', async () => {
  // U-mode's load by MPRV, with PMP open to it; then an ecall from M-mode.
  const machine = await Machine.create(
    `${START}
      li t0, -1
      csrw pmpaddr0, t0
      li t0, 0x1f
      csrw pmpcfg0, t0
      li t0, 3 << 11
      csrc mstatus, t0
      li t0, 1 << 17
      csrs mstatus, t0
      li t1, 0x80200000
      ld t0, 0(t1)
      li t0, 1 << 17
      csrc mstatus, t0
      ecall
      j .
      ${TRAP_LOG}`,
  );
  machine.run(60n);
  expect([0, 1, 2].map((regime) => of(machine, 0, regime, 'missRead'))).toEqual([0n, 0n, 1n]);
  expect([0, 1, 2].map((regime) => of(machine, 0, regime, 'traps'))).toEqual([1n, 0n, 0n]);
  expect([0, 1, 2].map((regime) => of(machine, 0, regime, 'exits'))).toEqual([1n, 0n, 0n]);
});

it('a look at an address counts nothing', async () => {
  const machine = await busy(1, await newCore());
  advance(machine, 20_000n, () => 5000n);
  const { exports } = machine.core;
  const counts = () => HART_COUNTERS.map((name) => machine.counter(name));
  const before = counts();
  expect(before[HART_COUNTERS.indexOf('tableReads')]).toBeGreaterThan(10);
  for (const address of [0x4000_0000n, 0x8000_0000n, 0n]) {
    exports.hartTranslate(machine.vm, 0, address);
    for (const access of [0, 1, 2]) exports.hartWalk(machine.vm, 0, address, access, 1);
  }
  expect(counts()).toEqual(before);
});
