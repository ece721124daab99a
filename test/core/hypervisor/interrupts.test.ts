/** Where interrupts go with H, in which order, and what they end (Privileged 15.2.2, 15.2.3, 15.6.2). */
import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import {
  GVA,
  MIE,
  MSI,
  S_INTERRUPTS,
  SEI,
  SIE,
  SPIE,
  SPV,
  SSI,
  STI,
  VS_INTERRUPTS,
  VSEI,
  VSSI,
  VSTI,
  VTW,
} from './fields.js';
import { CODE, hartIn, type Mode, type Settings, type TrapMode } from './hart.js';

const code = (bit: bigint) => bit.toString(2).length - 1;
const taken = (bit: bigint) => -1 - code(bit);

/** What is pending by software: HS-mode's bits by mip, VS-mode's by hvip. */
const pending = (bits: bigint): Settings => ({
  mip: bits & S_INTERRUPTS,
  hvip: bits & VS_INTERRUPTS,
  mie: bits,
});

interface Situation {
  readonly mode: Mode;
  readonly bit: bigint;
  readonly mideleg?: bigint;
  readonly hideleg?: bigint;
  /** Global enables. */
  readonly mie?: boolean;
  readonly sie?: boolean;
  readonly vsie?: boolean;
}

async function taker(situation: Situation): Promise<TrapMode | undefined> {
  const { mode, bit, mideleg = 0n, hideleg = 0n, mie, sie, vsie } = situation;
  const hart = await hartIn(mode, {
    mideleg,
    hideleg,
    mstatus: (mie ? MIE : 0n) | (sie ? SIE : 0n),
    vsstatus: vsie ? SIE : 0n,
    ...pending(bit),
  });
  return hart.step('nop')?.to;
}

describe('an interrupt', () => {
  const ENABLES = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({
    mie: (n & 1) !== 0,
    sie: (n & 2) !== 0,
    vsie: (n & 4) !== 0,
  }));

  it.each(['M', 'HS', 'U', 'VS', 'VU'] as const)(
    'is taken where delegation says, when enables and %s-mode let it',
    async (mode) => {
      for (const enables of ENABLES) {
        const { mie, sie, vsie } = enables;
        const toMachine = mode === 'M' ? mie : true;
        const toHypervisor = mode === 'M' ? false : mode === 'HS' ? sie : true;
        const toGuest = mode === 'VS' ? vsie : mode === 'VU';
        for (const bit of [SSI, STI, SEI]) {
          const own = await taker({ mode, bit, ...enables });
          expect(own).toBe(toMachine ? 'M' : undefined);
          const delegated = await taker({ mode, bit, mideleg: bit, ...enables });
          expect(delegated).toBe(toHypervisor ? 'HS' : undefined);
        }
        for (const bit of [VSSI, VSTI, VSEI]) {
          // Always past M-mode.
          expect(await taker({ mode, bit, ...enables })).toBe(toHypervisor ? 'HS' : undefined);
          const delegated = await taker({ mode, bit, hideleg: bit, ...enables });
          expect(delegated).toBe(toGuest ? 'VS' : undefined);
        }
      }
    },
  );

  it.each([
    [VSSI, SSI],
    [VSTI, STI],
    [VSEI, SEI],
  ])('of VS-level, bit %s, is a supervisor’s in VS-mode: bit %s', async (bit, seen) => {
    for (const mode of ['VS', 'VU'] as const) {
      const hart = await hartIn(mode, { hideleg: bit, vsstatus: SIE, ...pending(bit) });
      expect(hart.step('nop')).toEqual({ to: 'VS', cause: taken(seen), tval: 0n, epc: CODE });
      expect(hart.csr('vsstatus') & (SIE | SPIE)).toBe(SPIE);
      expect(hart.csr('scause')).toBe(0n);
    }
    const hart = await hartIn('VS', {
      ...pending(bit),
      hstatus: GVA,
      htval: 1,
      htinst: 2,
      stval: 3,
    });
    expect(hart.step('nop')).toEqual({ to: 'HS', cause: taken(bit), tval: 0n, epc: CODE });
    expect(hart.csr('hstatus') & (SPV | GVA)).toBe(SPV);
    expect([hart.csr('htval'), hart.csr('htinst')]).toEqual([0n, 0n]);
    expect(hart.machine.counter('guestInterrupts')).toBe(1);
  });

  it('goes to base + 4 × code in vectored mode, in VS-mode by its code there', async () => {
    const virtual = await hartIn('VU', { hideleg: VSTI, vstvec: 0x8000_4001n, ...pending(VSTI) });
    virtual.step('nop');
    expect(virtual.pc).toBe(0x8000_4000n + 20n);
    const host = await hartIn('VU', { stvec: 0x8000_3001n, ...pending(VSTI) });
    host.step('nop');
    expect(host.pc).toBe(0x8000_3000n + 24n);
  });

  it('that is not enabled in hie is not taken', async () => {
    const hart = await hartIn('VU', { hvip: VS_INTERRUPTS, hideleg: VSSI });
    expect(hart.step('nop')).toBeUndefined();
  });
});

describe('of several interrupts', () => {
  /** Takes one after the other, disabling each. */
  async function order(mode: Mode, settings: Settings, bits: bigint): Promise<string[]> {
    const hart = await hartIn(mode, settings);
    const seen: string[] = [];
    let enabled = bits;
    for (let n = 0; n < 10 && enabled !== 0n; n++) {
      hart.mode = 'M';
      hart.set({ mie: enabled });
      hart.mode = mode;
      const trap = hart.step('nop');
      if (trap === undefined) break;
      const number = -1 - trap.cause;
      seen.push(`${trap.to} ${number}`);
      // In VS-mode it has the number of the supervisor's interrupt.
      enabled &= ~(1n << BigInt(trap.to === 'VS' ? number + 1 : number));
    }
    return seen;
  }

  it('for HS-mode the order is SEI, SSI, STI, VSEI, VSSI, VSTI (15.2.3)', async () => {
    const all = S_INTERRUPTS | VS_INTERRUPTS;
    const settings = { mideleg: S_INTERRUPTS, mip: S_INTERRUPTS, hvip: VS_INTERRUPTS };
    expect(await order('VU', settings, all)).toEqual([
      'HS 9',
      'HS 1',
      'HS 5',
      'HS 10',
      'HS 2',
      'HS 6',
    ]);
  });

  it('for VS-mode the order is SEI, SSI, STI', async () => {
    const settings = { hideleg: VS_INTERRUPTS, hvip: VS_INTERRUPTS };
    expect(await order('VU', settings, VS_INTERRUPTS)).toEqual(['VS 9', 'VS 1', 'VS 5']);
  });

  it('M-mode’s come before HS-mode’s, and these before VS-mode’s', async () => {
    const settings = {
      mideleg: SSI | SEI,
      mip: S_INTERRUPTS,
      hideleg: VSSI | VSEI,
      hvip: VS_INTERRUPTS,
    };
    expect(await order('VU', settings, S_INTERRUPTS | VS_INTERRUPTS)).toEqual([
      'M 5',
      'HS 9',
      'HS 1',
      'HS 6',
      'VS 9',
      'VS 1',
    ]);
  });
});

describe('an interrupt is taken right after the instruction that lets it:', () => {
  const READY: Settings = { hideleg: VSSI, mie: VSSI, a1: VSSI, a2: SIE };

  it.each<[string, Mode, Settings, TrapMode]>([
    ['csrs sstatus, a2', 'VS', { hvip: VSSI }, 'VS'],
    ['csrs sie, a2', 'VS', { hvip: VSSI, mie: 0, vsstatus: SIE }, 'VS'],
    ['csrs sip, a2', 'VS', { vsstatus: SIE }, 'VS'],
    ['csrs hvip, a1', 'HS', { hideleg: 0, mstatus: SIE }, 'HS'],
    ['csrs hip, a1', 'HS', { hideleg: 0, mstatus: SIE }, 'HS'],
    ['csrs hie, a1', 'HS', { hideleg: 0, mie: 0, hvip: VSSI, mstatus: SIE }, 'HS'],
    ['csrw hideleg, zero', 'HS', { hvip: VSSI, mstatus: SIE }, 'HS'],
    ['csrs sstatus, a2', 'HS', { hvip: VSSI, hideleg: 0 }, 'HS'],
    ['sret', 'HS', { hvip: VSSI, hstatus: SPV, sepc: CODE }, 'VS'],
    ['sret', 'VS', { hvip: VSSI, vsepc: CODE }, 'VS'],
    ['sret', 'VS', { hvip: VSSI, vsepc: CODE, vsstatus: (1n << 8n) | SPIE }, 'VS'],
    ['mret', 'M', { hvip: VSSI, mepc: CODE, mstatus: 1n << 39n }, 'VS'],
    ['mret', 'M', { hvip: VSSI, hideleg: 0, mepc: CODE }, 'HS'],
  ])('%s in %s', async (source, mode, settings, to) => {
    const hart = await hartIn(mode, { ...READY, ...settings });
    expect(hart.load(`${source}; nop; nop`).go()).toBeUndefined();
    expect(hart.go()).toMatchObject({ to });
  });

  it('a store to the CLINT takes VS-mode to M-mode', async () => {
    const hart = await hartIn('VS', { mie: MSI, a1: 0x200_0000, a2: 1 });
    expect(hart.load('sw a2, 0(a1); nop').go()).toBeUndefined();
    expect(hart.go()).toMatchObject({ to: 'M', cause: taken(MSI), epc: CODE + 4n });
  });
});

describe('WFI', () => {
  const idle = async (mode: Mode, settings: Settings) => {
    const hart = await hartIn(mode, settings);
    hart.load('wfi; nop');
    return { hart, reason: hart.machine.run(2n) };
  };

  it.each(['HS', 'VS'] as const)(
    'in %s ends for what is pending and enabled in mie, whoever is to take it and may not',
    async (mode) => {
      const { hart, reason } = await idle(mode, { hvip: VSSI, mie: VSSI, hideleg: VSSI });
      expect([reason, hart.pc, hart.mode]).toEqual([ExitReason.Budget, CODE + 8n, mode]);
    },
  );

  it('in VS-mode waits, and is ended by an interrupt for HS-mode', async () => {
    const { hart, reason } = await idle('VS', {
      mie: STI,
      mideleg: STI,
      menvcfg: 1n << 63n,
      stimecmp: 900,
    });
    expect(reason).toBe(ExitReason.Idle);
    hart.machine.core.exports.vmSkipTo(hart.machine.vm, 900n);
    expect(hart.go()).toMatchObject({ to: 'HS', cause: taken(STI), epc: CODE + 4n });
  });

  it('under VTW traps even with an interrupt pending that is disabled, or is over at once', async () => {
    // Either is right (15.2.1); what must not be is a wait.
    const { reason } = await idle('VS', { hstatus: VTW });
    expect(reason).toBe(ExitReason.Budget);
  });
});
