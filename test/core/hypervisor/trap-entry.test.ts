/** Traps into M-, HS- and VS-mode: where they go and what they write (Privileged 15.6.1, 15.6.2). */
import { describe, expect, it } from 'vitest';
import {
  ALL_TO_HS,
  ALL_TO_VS,
  BREAKPOINT,
  GVA,
  ILLEGAL_INSTRUCTION,
  LOAD_ACCESS,
  LOAD_MISALIGNED,
  M_GVA,
  MACHINE_ECALL,
  MIE,
  MPIE,
  MPP,
  MPV,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  STORE_ACCESS,
  SUPERVISOR_ECALL,
  USER_ECALL,
  UXL,
  VIRTUAL_ECALL,
  VSXL,
} from './fields.js';
import { CODE, hartIn, MODES, type Mode, type Settings } from './hart.js';

const isVirtual = (mode: Mode) => mode.startsWith('V');
const nominal = (mode: Mode): bigint => ({ M: 3n, HS: 1n, U: 0n, VS: 1n, VU: 0n })[mode];
const ECALLS = {
  M: MACHINE_ECALL,
  HS: SUPERVISOR_ECALL,
  U: USER_ECALL,
  VS: VIRTUAL_ECALL,
  VU: USER_ECALL,
};
const HS_DELEGATION: Settings = { medeleg: ALL_TO_HS };
const VS_DELEGATION: Settings = { medeleg: ALL_TO_HS, hedeleg: ALL_TO_VS };
const NOWHERE = 0x1000n;

describe('an ecall', () => {
  it.each(MODES)('tells the mode it came from, in M-mode: %s', async (mode) => {
    const hart = await hartIn(mode);
    expect(hart.step('ecall')).toEqual({ to: 'M', cause: ECALLS[mode], tval: 0n, epc: CODE });
  });

  it.each([
    ['U', 'HS'],
    ['HS', 'HS'],
    ['VU', 'VS'],
    ['VS', 'HS'],
    ['M', 'M'],
  ] as const)('from %s with all delegated goes to %s', async (mode, to) => {
    const hart = await hartIn(mode, VS_DELEGATION);
    expect(hart.step('ecall')).toEqual({ to, cause: ECALLS[mode], tval: 0n, epc: CODE });
    expect(hart.mode).toBe(to);
  });
});

describe('delegation', () => {
  const CASES = [
    [0n, 0n, 'M'],
    [0n, ALL_TO_VS, 'M'],
    [ALL_TO_HS, 0n, 'HS'],
    [ALL_TO_HS, ALL_TO_VS, 'VS'],
  ] as const;

  it.each(CASES)(
    'by medeleg %s and hedeleg %s takes traps of V=1 to %s',
    async (medeleg, hedeleg, to) => {
      for (const mode of ['VS', 'VU'] as const) {
        for (const [source, cause] of [
          ['.word 0', ILLEGAL_INSTRUCTION],
          ['ebreak', BREAKPOINT],
          ['ld a0, 0(a1)', LOAD_ACCESS],
          ['sd a0, 0(a1)', STORE_ACCESS],
          ['lr.w a0, (a2)', LOAD_MISALIGNED],
        ] as const) {
          const hart = await hartIn(mode, { medeleg, hedeleg, a1: NOWHERE, a2: CODE + 1n });
          expect(hart.step(source)).toMatchObject({ to, cause });
          expect(hart.mode).toBe(to);
        }
      }
    },
  );

  it('by hedeleg is none of traps with V=0', async () => {
    for (const mode of ['HS', 'U'] as const) {
      expect((await hartIn(mode, VS_DELEGATION)).step('.word 0')).toMatchObject({ to: 'HS' });
    }
    expect((await hartIn('M', VS_DELEGATION)).step('.word 0')).toMatchObject({ to: 'M' });
  });

  it('goes cause by cause', async () => {
    const hart = await hartIn('VS', { medeleg: ALL_TO_HS, hedeleg: 1n << 2n });
    expect(hart.step('.word 0')).toMatchObject({ to: 'VS' });
    expect(hart.step('ebreak')).toMatchObject({ to: 'HS' });
  });
});

describe('a trap into M-mode', () => {
  it.each(MODES)('from %s keeps V in MPV and the mode in MPP, and MIE in MPIE', async (mode) => {
    for (const interrupts of [0n, MIE]) {
      for (const before of [0n, MPV | MPIE]) {
        const hart = await hartIn(mode, { mstatus: before | interrupts });
        hart.step('.word 0');
        const status = hart.csr('mstatus');
        expect(status & MPV).toBe(isVirtual(mode) ? MPV : 0n);
        expect((status & MPP) >> 11n).toBe(nominal(mode));
        expect(status & MPIE).toBe(interrupts ? MPIE : 0n);
        expect(status & MIE).toBe(0n);
        expect(hart.mode).toBe('M');
      }
    }
  });

  it('leaves what HS-mode and VS-mode have', async () => {
    const hart = await hartIn('VS', {
      hstatus: SPVP | GVA,
      vsstatus: SIE,
      mstatus: SIE,
      htval: 7,
      htinst: 8,
      vscause: 9,
      scause: 10,
    });
    hart.step('.word 0');
    expect(hart.csr('hstatus')).toBe(VSXL | SPVP | GVA);
    expect(hart.csr('vsstatus')).toBe(UXL | SIE);
    expect(hart.csr('sstatus') & (SIE | SPIE)).toBe(SIE);
    expect(['htval', 'htinst', 'vscause', 'scause'].map((name) => hart.csr(name))).toEqual([
      7n,
      8n,
      9n,
      10n,
    ]);
  });

  it('writes mtval2 and mtinst zero where there is nothing to say', async () => {
    const hart = await hartIn('VS', { mtval2: 5, mtinst: 6 });
    hart.step('ecall');
    expect([hart.csr('mtval2'), hart.csr('mtinst')]).toEqual([0n, 0n]);
  });
});

describe('a trap into HS-mode', () => {
  it.each(['HS', 'U', 'VS', 'VU'] as const)(
    'from %s keeps V in SPV, the mode in SPP, SIE in SPIE, and SPVP only of V=1',
    async (mode) => {
      for (const interrupts of [0n, SIE]) {
        for (const before of [0n, SPV | SPVP]) {
          const hart = await hartIn(mode, {
            ...HS_DELEGATION,
            mstatus: interrupts | SPP,
            hstatus: before,
          });
          hart.step('.word 0');
          const hstatus = hart.csr('hstatus');
          const sstatus = hart.csr('sstatus');
          expect(hstatus & SPV).toBe(isVirtual(mode) ? SPV : 0n);
          const spp = nominal(mode) ? SPP : 0n;
          expect(sstatus & SPP).toBe(spp);
          expect(hstatus & SPVP).toBe(isVirtual(mode) ? spp : before & SPVP);
          expect(sstatus & SPIE).toBe(interrupts ? SPIE : 0n);
          expect(sstatus & SIE).toBe(0n);
          expect(hart.mode).toBe('HS');
        }
      }
    },
  );

  it('leaves VS-mode’s CSRs and mstatus’ MPV and GVA', async () => {
    const hart = await hartIn('VS', {
      ...HS_DELEGATION,
      vsstatus: SIE,
      vscause: 9,
      vsepc: 10,
      vstval: 11,
      mstatus: MPV | M_GVA,
      mtval2: 12,
    });
    expect(hart.step('.word 0')).toMatchObject({ to: 'HS', cause: 2, tval: 0n, epc: CODE });
    expect(hart.csr('vsstatus')).toBe(UXL | SIE);
    const kept = ['vscause', 'vsepc', 'vstval', 'mtval2'].map((name) => hart.csr(name));
    expect(kept).toEqual([9n, 10n, 11n, 12n]);
    expect(hart.csr('mstatus') & (MPV | M_GVA)).toBe(MPV | M_GVA);
  });

  it('writes htval and htinst zero where there is nothing to say', async () => {
    const hart = await hartIn('VS', { ...HS_DELEGATION, htval: 5, htinst: 6 });
    hart.step('ecall');
    expect([hart.csr('htval'), hart.csr('htinst')]).toEqual([0n, 0n]);
  });
});

describe('a trap into VS-mode', () => {
  it.each(['VS', 'VU'] as const)(
    'from %s writes vsstatus, and nothing of HS-mode’s',
    async (mode) => {
      for (const interrupts of [0n, SIE]) {
        const hart = await hartIn(mode, {
          ...VS_DELEGATION,
          vsstatus: interrupts,
          mstatus: SIE | SPP | MPV | M_GVA,
          hstatus: SPV | SPVP | GVA,
          htval: 1,
          htinst: 2,
          mtval2: 3,
          mtinst: 4,
          scause: 5,
        });
        const before = hart.csr('mstatus');
        expect(hart.step('.word 0')).toEqual({ to: 'VS', cause: 2, tval: 0n, epc: CODE });
        const spp = mode === 'VS' ? SPP : 0n;
        expect(hart.csr('vsstatus')).toBe(UXL | spp | (interrupts ? SPIE : 0n));
        expect(hart.csr('mstatus')).toBe(before);
        expect(hart.csr('hstatus')).toBe(VSXL | SPV | SPVP | GVA);
        const kept = ['htval', 'htinst', 'mtval2', 'mtinst', 'scause'].map((name) =>
          hart.csr(name),
        );
        expect(kept).toEqual([1n, 2n, 3n, 4n, 5n]);
      }
    },
  );
});

describe('GVA, of a trap that gives an address', () => {
  /** Whether its address is a guest’s when V is 1. */
  const SOURCES: readonly (readonly [string, boolean])[] = [
    ['ebreak', true],
    ['ld a0, 0(a1)', true],
    ['sd a0, 0(a1)', true],
    ['lr.w a0, (a2)', true],
    ['jr a1', false],
    ['.word 0', false],
    ['ecall', false],
    ['hfence.gvma', false],
  ];

  it.each(SOURCES)('%s', async (source, address) => {
    for (const mode of MODES) {
      for (const medeleg of [0n, ALL_TO_HS]) {
        if (mode === 'M' && source === 'hfence.gvma') continue;
        const hart = await hartIn(mode, {
          medeleg,
          hstatus: address ? 0n : GVA,
          mstatus: address ? 0n : M_GVA,
          a1: NOWHERE,
          a2: CODE + 1n,
        });
        const trap = hart.step(source);
        if (trap === undefined) continue;
        const gva = address && isVirtual(mode);
        if (trap.to === 'M') expect(hart.csr('mstatus') & M_GVA).toBe(gva ? M_GVA : 0n);
        else expect(hart.csr('hstatus') & GVA).toBe(gva ? GVA : 0n);
      }
    }
  });

  it('is set for a fetch that fails', async () => {
    for (const mode of ['VS', 'VU', 'HS'] as const) {
      const hart = await hartIn(mode, { ...HS_DELEGATION, a1: NOWHERE });
      expect(hart.step('jr a1')).toBeUndefined();
      expect(hart.go()).toEqual({ to: 'HS', cause: 1, tval: NOWHERE, epc: NOWHERE });
      expect(hart.csr('hstatus') & GVA).toBe(mode === 'HS' ? 0n : GVA);
    }
  });
});

describe('without C', () => {
  const cpu = 'rv64,h=on,c=off';

  it('a misaligned jump of a guest is its own to handle, and gives an address', async () => {
    for (const [hedeleg, to] of [
      [0n, 'HS'],
      [ALL_TO_VS, 'VS'],
    ] as const) {
      const hart = await hartIn('VS', { medeleg: ALL_TO_HS, hedeleg, a1: CODE + 2n }, { cpu });
      expect(hart.step('jr a1')).toEqual({ to, cause: 0, tval: CODE + 2n, epc: CODE });
      if (to === 'HS') expect(hart.csr('hstatus') & GVA).toBe(GVA);
      expect(hart.csr('htinst')).toBe(0n);
    }
  });

  it('vsepc has no bit 1', async () => {
    const hart = await hartIn('VS', { vsepc: 0x8000_5006n }, { cpu });
    expect(hart.result('csrr a0, sepc')).toBe(0x8000_5004n);
    hart.load('sret').go();
    expect(hart.pc).toBe(0x8000_5004n);
  });
});

describe('vectors', () => {
  it('of VS-mode are used for exceptions at their base in vectored mode too', async () => {
    const hart = await hartIn('VS', { ...VS_DELEGATION, vstvec: 0x8000_4001n });
    expect(hart.step('.word 0')).toMatchObject({ to: 'VS' });
    expect(hart.pc).toBe(0x8000_4000n);
  });
});

describe('counters of exits', () => {
  it('count traps from V=1 to HS or M by cause, and none that stay', async () => {
    const hart = await hartIn('VS', { medeleg: ALL_TO_HS, hedeleg: 1n << 2n });
    const step = (source: string) => {
      hart.mode = 'VS';
      hart.step(source);
    };
    for (let n = 0; n < 3; n++) step('ecall');
    for (let n = 0; n < 2; n++) step('hfence.gvma');
    step('ebreak');
    for (let n = 0; n < 4; n++) step('.word 0');
    const counts = (
      ['guestEcalls', 'guestInstructions', 'guestOthers', 'guestLoadFaults'] as const
    ).map((name) => hart.machine.counter(name));
    expect(counts).toEqual([3, 2, 1, 0]);
  });
});
