/** Time in a guest: htimedelta, vstimecmp, and whom its interrupt goes to (Privileged 15.2.7; Sstc 1.1, 1.2). */
import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { ALL_ONES, SIE, STCE, STI, VSTI } from './fields.js';
import { CODE, hartIn, type Settings } from './hart.js';

const TM = 2;
const READY: Settings = {
  menvcfg: STCE,
  henvcfg: STCE,
  mcounteren: TM,
  hcounteren: TM,
  scounteren: TM,
  vstimecmp: ALL_ONES,
  stimecmp: ALL_ONES,
};
const TIMER = -1 - 5;
const VIRTUAL_TIMER = -1 - 6;

const skipTo = (hart: Awaited<ReturnType<typeof hartIn>>, time: bigint) =>
  hart.machine.core.exports.vmSkipTo(hart.machine.vm, time);

describe('htimedelta', () => {
  it.each([1000n, -5n, 1n << 63n])(
    '%s is added to time in VS- and VU-mode alone',
    async (delta) => {
      for (const [mode, added] of [
        ['M', 0n],
        ['HS', 0n],
        ['U', 0n],
        ['VS', delta],
        ['VU', delta],
      ] as const) {
        const hart = await hartIn(mode, { ...READY, htimedelta: delta });
        skipTo(hart, 77n);
        expect(hart.result('rdtime a0')).toBe(BigInt.asUintN(64, 77n + added));
      }
    },
  );

  it('leaves cycle and instret alone', async () => {
    const settings = { mcounteren: 5, hcounteren: 5, htimedelta: 1n << 40n };
    const hart = await hartIn('VS', settings);
    expect(hart.result('rdcycle a0')).toBeLessThan(100n);
    expect(hart.result('rdinstret a0')).toBeLessThan(100n);
  });
});

describe('vstimecmp', () => {
  it.each<[string, bigint, bigint, bigint, boolean]>([
    // what, time, htimedelta, vstimecmp, pending
    ['is in the past', 100n, 0n, 99n, true],
    ['is now', 100n, 0n, 100n, true],
    ['is later', 100n, 0n, 101n, false],
    ['is in the past by htimedelta', 100n, 50n, 150n, true],
    ['is later by htimedelta', 100n, 50n, 151n, false],
    ['is later by a negative htimedelta', 100n, -50n, 51n, false],
    ['is in the past by a negative htimedelta', 100n, -50n, 50n, true],
    ['is compared unsigned', 100n, 0n, 1n << 63n, false],
    ['is compared unsigned, the sum too', 100n, -101n, 1n << 63n, true],
    ['is never', 100n, 0n, ALL_ONES, false],
  ])('makes VSTIP pending if it %s', async (_, time, delta, compare, pending) => {
    const hart = await hartIn('HS', { ...READY, htimedelta: delta, hideleg: VSTI, a1: compare });
    skipTo(hart, time);
    expect(hart.step('csrw vstimecmp, a1')).toBeUndefined();
    const bit = pending ? VSTI : 0n;
    expect(hart.csr('mip') & VSTI).toBe(bit);
    expect(hart.csr('hip') & VSTI).toBe(bit);
    expect(hart.csr('vsip')).toBe(bit >> 1n);
    expect(hart.csr('hvip')).toBe(0n);
  });

  it('follows htimedelta when that is written', async () => {
    const hart = await hartIn('HS', { ...READY, vstimecmp: 1000, a1: 950, a2: 10 });
    skipTo(hart, 100n);
    hart.step('csrw htimedelta, a1');
    expect(hart.csr('hip')).toBe(VSTI);
    hart.step('csrw htimedelta, a2');
    expect(hart.csr('hip')).toBe(0n);
  });

  it('is joined with hvip.VSTIP, which software writes', async () => {
    const hart = await hartIn('HS', { ...READY, hvip: VSTI });
    expect(hart.csr('hip')).toBe(VSTI);
    hart.set({ vstimecmp: 0 });
    hart.set({ hvip: 0 });
    expect(hart.csr('hip')).toBe(VSTI);
    hart.set({ vstimecmp: -1 });
    expect(hart.csr('hip')).toBe(0n);
  });

  it('counts only under henvcfg.STCE and menvcfg.STCE', async () => {
    for (const [menvcfg, henvcfg] of [
      [0n, 0n],
      [STCE, 0n],
      [0n, STCE],
    ]) {
      const hart = await hartIn('HS', { ...READY, menvcfg: menvcfg ?? 0n, henvcfg: henvcfg ?? 0n });
      hart.set({ vstimecmp: 0 });
      expect(hart.csr('hip')).toBe(0n);
    }
    const hart = await hartIn('HS', { ...READY, vstimecmp: 0, a1: STCE });
    expect(hart.csr('hip')).toBe(VSTI);
    hart.step('csrc henvcfg, a1');
    expect(hart.csr('hip')).toBe(0n);
    hart.step('csrs henvcfg, a1');
    expect(hart.csr('hip')).toBe(VSTI);
    hart.set({ menvcfg: 0 });
    expect(hart.csr('hip')).toBe(0n);
  });

  it('is written by VS-mode as stimecmp, and HS-mode’s is left', async () => {
    const hart = await hartIn('VS', { ...READY, hideleg: VSTI, vsstatus: SIE, mie: VSTI, a1: 5 });
    skipTo(hart, 4n);
    expect(hart.load('csrw stimecmp, a1; 1: j 1b').go()).toBeUndefined();
    expect([hart.csr('vstimecmp'), hart.csr('stimecmp')]).toEqual([5n, ALL_ONES]);
    skipTo(hart, 5n);
    expect(hart.go()).toMatchObject({ to: 'VS', cause: TIMER, epc: CODE + 4n });
  });

  it('interrupts HS-mode as VSTI if it is not delegated', async () => {
    for (const mode of ['VS', 'VU', 'U'] as const) {
      const hart = await hartIn(mode, { ...READY, mie: VSTI, vstimecmp: 0 });
      expect(hart.step('nop')).toMatchObject({ to: 'HS', cause: VIRTUAL_TIMER });
    }
  });

  it('fires in virtual time to the step, with htimedelta', async () => {
    const hart = await hartIn('VS', {
      ...READY,
      htimedelta: 1000,
      vstimecmp: 1040,
      hideleg: VSTI,
      mie: VSTI,
      vsstatus: SIE,
    });
    hart.load('1: j 1b');
    // 40 ticks are 4,000 steps.
    hart.machine.run(4000n);
    expect(hart.pc).toBe(CODE);
    expect(hart.go()).toMatchObject({ to: 'VS', cause: TIMER });
  });

  it('beside stimecmp: each fires at its own time', async () => {
    const hart = await hartIn('VS', {
      ...READY,
      mideleg: STI,
      stimecmp: 20,
      vstimecmp: 10,
      hideleg: VSTI,
      mie: VSTI | STI,
    });
    hart.load('1: j 1b');
    hart.machine.run(1500n);
    expect(hart.csr('hip')).toBe(VSTI);
    expect(hart.csr('sip')).toBe(0n);
    hart.machine.run(499n);
    expect(hart.mode).toBe('VS');
    hart.machine.run(2n);
    expect([hart.mode, hart.csr('scause')]).toEqual(['HS', (1n << 63n) | 5n]);
  });
});

describe('a guest’s time that passes 2^64', () => {
  it('ends what was pending, at the same step however the budget is cut', async () => {
    const seen: bigint[] = [];
    for (const cut of [1n, 7n, 999n, 5000n]) {
      // At first the guest's time is 2^64 − 10, later than vstimecmp; ten ticks on, it is 0.
      const hart = await hartIn('HS', { ...READY, htimedelta: -10, vstimecmp: 30 });
      expect(hart.csr('hip')).toBe(VSTI);
      hart.load('1: csrr a0, hip; beqz a0, 2f; addi s0, s0, 1; j 1b; 2: j 2b');
      while (hart.machine.steps < 3000n) hart.machine.run(cut);
      seen.push(hart.x('s0'));
    }
    // Four instructions a turn, a thousand steps.
    expect(seen).toEqual([250n, 250n, 250n, 250n]);
  });
});

describe('WFI', () => {
  it.each(['VS', 'HS', 'M'] as const)(
    'in %s-mode waits until vstimecmp, by the guest’s time',
    async (mode) => {
      const hart = await hartIn(mode, {
        ...READY,
        hideleg: VSTI,
        mie: VSTI,
      });
      skipTo(hart, 200n);
      hart.set({ htimedelta: -100, vstimecmp: 400 }).load('wfi; nop');
      expect(hart.machine.run(10n)).toBe(ExitReason.Idle);
      expect(hart.machine.core.deadline(hart.machine.vm)).toBe(500n);
      skipTo(hart, 499n);
      expect(hart.machine.run(10n)).toBe(ExitReason.Idle);
      skipTo(hart, 500n);
      expect(hart.go()).toBeUndefined();
      expect(hart.pc).toBe(CODE + 8n);
    },
  );

  it.each([ALL_ONES, (1n << 63n) - 1n, 1n << 62n])(
    'waits for nothing when vstimecmp is %s, whatever htimedelta',
    async (compare) => {
      for (const delta of [0n, -1n, 1n << 60n]) {
        const hart = await hartIn('VS', {
          ...READY,
          vstimecmp: compare,
          htimedelta: delta,
          mie: VSTI,
        });
        hart.load('wfi; nop');
        const past = BigInt.asUintN(64, delta) >= compare;
        const reason = hart.machine.run(1n);
        if (past) continue;
        expect([reason, hart.machine.run(1n)]).toContain(ExitReason.Idle);
        const deadline = hart.machine.core.deadline(hart.machine.vm);
        expect(deadline === undefined || deadline > 1n << 59n).toBe(true);
      }
    },
  );
});
