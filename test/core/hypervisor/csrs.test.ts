/** Which CSRs there are, and which of their bits can be written (Privileged 15.2, 15.4). */
import { describe, expect, it } from 'vitest';
import {
  ADUE,
  ALL_ONES,
  ALL_TO_HS,
  ALL_TO_VS,
  FIOM,
  FS,
  GVA,
  HU,
  ILLEGAL_INSTRUCTION,
  M_GVA,
  MPV,
  MXR,
  PBMTE,
  SD,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  STCE,
  SUM,
  UXL,
  VS_INTERRUPTS,
  VSXL,
  VTSR,
  VTVM,
  VTW,
} from './fields.js';
import { hartIn } from './hart.js';

const NAMES = [
  ...['hstatus', 'hedeleg', 'hideleg', 'hie', 'htimedelta', 'hcounteren', 'hgeie', 'henvcfg'],
  ...['htval', 'hip', 'hvip', 'htinst', 'hgatp', 'hgeip', 'mtval2', 'mtinst'],
  ...['vsstatus', 'vsie', 'vstvec', 'vsscratch', 'vsepc', 'vscause', 'vstval', 'vsip', 'vsatp'],
  'vstimecmp',
];

const HSTATUS = GVA | SPV | SPVP | HU | VTVM | VTW | VTSR;
const VSSTATUS = SIE | SPIE | SPP | FS | SUM | MXR;
const MODE_39 = 8n << 60n;

describe('the CSRs of H', () => {
  it.each(NAMES)('are there with it and illegal without it: %s', async (name) => {
    expect((await hartIn('M')).step(`csrr a0, ${name}`)).toBeUndefined();
    for (const mode of ['M', 'HS', 'U'] as const) {
      const without = await hartIn(mode, {}, { cpu: 'rv64' });
      expect(without.step(`csrr a0, ${name}`)).toMatchObject({ cause: ILLEGAL_INSTRUCTION });
    }
  });

  it('are named by misa.H', async () => {
    expect((await hartIn('M')).result('csrr a0, misa') & (1n << 7n)).toBe(1n << 7n);
    const without = await hartIn('M', {}, { cpu: 'rv64' });
    expect(without.result('csrr a0, misa') & (1n << 7n)).toBe(0n);
  });

  it('of Sstc are missing with it: vstimecmp', async () => {
    const hart = await hartIn('M', {}, { cpu: 'rv64,h=on,sstc=off' });
    expect(hart.step('csrr a0, vstimecmp')).toMatchObject({ cause: ILLEGAL_INSTRUCTION });
  });

  it.each(NAMES.filter((name) => name !== 'vsstatus' && name !== 'hstatus'))(
    'are zero at reset: %s',
    async (name) => {
      // Those that the rig sets are not its business here.
      const hart = await hartIn('M', name === 'vstvec' ? { vstvec: 0 } : {});
      expect(hart.result(`csrr a0, ${name}`)).toBe(name === 'vstimecmp' ? hart.x('a0') : 0n);
    },
  );

  it('tell that VS-mode and VU-mode are of 64 bits', async () => {
    expect((await hartIn('M')).result('csrr a0, hstatus')).toBe(VSXL);
    expect((await hartIn('M')).result('csrr a0, vsstatus')).toBe(UXL);
  });
});

describe('bits that a write of all ones, then of none, leaves', () => {
  /** Name, bits that are one after ones, bits that are one after zeros. */
  it.each<[string, bigint, bigint]>([
    ['hstatus', HSTATUS | VSXL, VSXL],
    ['hedeleg', ALL_TO_VS, 0n],
    ['hideleg', VS_INTERRUPTS, 0n],
    ['hie', VS_INTERRUPTS, 0n],
    ['hvip', VS_INTERRUPTS, 0n],
    ['htimedelta', ALL_ONES, 0n],
    ['hcounteren', 0xffff_ffffn, 0n],
    ['hgeie', 0n, 0n],
    ['htval', ALL_ONES, 0n],
    ['vsstatus', VSSTATUS | UXL | SD, UXL],
    ['vsscratch', ALL_ONES, 0n],
    ['vsepc', ALL_ONES - 1n, 0n],
    ['vscause', ALL_ONES, 0n],
    ['vstval', ALL_ONES, 0n],
    ['vstimecmp', ALL_ONES, 0n],
    ['mtval2', ALL_ONES, 0n],
    ['medeleg', ALL_TO_HS, 0n],
    ['mideleg', 0x222n | VS_INTERRUPTS, VS_INTERRUPTS],
    ['mie', 0xaaan | VS_INTERRUPTS, 0n],
  ])('%s', async (name, ones, zeros) => {
    const hart = await hartIn('M', { a1: -1 });
    expect(hart.step(`csrw ${name}, a1`)).toBeUndefined();
    expect(hart.result(`csrr a0, ${name}`).toString(16)).toBe(ones.toString(16));
    expect(hart.step(`csrw ${name}, zero`)).toBeUndefined();
    expect(hart.result(`csrr a0, ${name}`).toString(16)).toBe(zeros.toString(16));
  });

  it('mstatus has MPV and GVA, which are none without H', async () => {
    const hart = await hartIn('M', { a1: MPV | M_GVA });
    hart.step('csrs mstatus, a1');
    expect(hart.result('csrr a0, mstatus') & (MPV | M_GVA)).toBe(MPV | M_GVA);
    const without = await hartIn('M', { a1: MPV | M_GVA }, { cpu: 'rv64' });
    without.step('csrs mstatus, a1');
    expect(without.result('csrr a0, mstatus') & (MPV | M_GVA)).toBe(0n);
  });

  it('without H, VS-level interrupts, ecalls and guest-page faults cannot be delegated', async () => {
    const hart = await hartIn('M', { medeleg: -1, mideleg: -1, mie: -1 }, { cpu: 'rv64' });
    expect(hart.csr('medeleg')).toBe(0xb3ffn);
    expect(hart.csr('mideleg')).toBe(0x222n);
    expect(hart.csr('mie')).toBe(0xaaan);
  });

  it('trap-instruction registers hold at least what a trap writes: 32 bits', async () => {
    for (const name of ['mtinst', 'htinst']) {
      const hart = await hartIn('M', { [name]: 0x3020 });
      expect(hart.csr(name)).toBe(0x3020n);
      hart.set({ [name]: 0xffff_ffff });
      expect(hart.csr(name)).toBe(0xffff_ffffn);
    }
  });

  it('tvec has modes direct and vectored: a reserved one leaves a legal value', async () => {
    const hart = await hartIn('M', { vstvec: 0x8000_4001n });
    expect(hart.csr('vstvec')).toBe(0x8000_4001n);
    hart.set({ vstvec: -1 });
    expect(hart.csr('vstvec') & 2n).toBe(0n);
  });
});

describe('hgatp (Privileged 15.2.10)', () => {
  it.each([
    [8n, true],
    [9n, true],
    [10n, true],
    ...[1n, 2n, 7n, 11n, 15n].map((mode): [bigint, boolean] => [mode, false]),
  ])('MODE %s is held: %s', async (mode, held) => {
    const hart = await hartIn('M', { hgatp: MODE_39 | 4n, a1: (mode << 60n) | 8n });
    hart.step('csrw hgatp, a1');
    const value = hart.result('csrr a0, hgatp');
    // What is no mode leaves one that is.
    expect(value >> 60n).toBe(held ? mode : 8n);
    if (held) expect(value & 0xffn).toBe(8n);
  });

  it('has VMIDs of 14 bits and a root aligned to 16 KiB', async () => {
    const hart = await hartIn('M', { a1: MODE_39 | ((1n << 60n) - 1n) });
    hart.step('csrw hgatp, a1');
    const value = hart.result('csrr a0, hgatp');
    expect((value >> 44n) & 0xffffn).toBe(0x3fffn);
    expect(value & 3n).toBe(0n);
    expect(value & 0xfffn).toBe(0xffcn);
  });

  it('is Bare after zeros', async () => {
    const hart = await hartIn('M', { hgatp: MODE_39 | 4n });
    hart.step('csrw hgatp, zero');
    expect(hart.result('csrr a0, hgatp')).toBe(0n);
  });

  it.each([
    ['rv64,h=on,sv57=off', [8n, 9n]],
    ['rv64,h=on,sv48=off', [8n]],
  ])('and vsatp have the modes of the model %s only', async (cpu, modes) => {
    for (const name of ['hgatp', 'vsatp', 'satp']) {
      for (const mode of [8n, 9n, 10n]) {
        const hart = await hartIn('M', {}, { cpu });
        hart.set({ [name]: mode << 60n });
        expect(hart.csr(name) >> 60n).toBe(modes.includes(mode) ? mode : 0n);
      }
    }
  });
});

describe('vsatp', () => {
  it('has ASIDs of 16 bits', async () => {
    const hart = await hartIn('M', { vsatp: MODE_39 | ((1n << 60n) - 1n) });
    expect((hart.csr('vsatp') >> 44n) & 0xffffn).toBe(0xffffn);
  });

  it('is not written from VS-mode, as satp, with a mode that is none', async () => {
    const hart = await hartIn('VS', { vsatp: 5, a1: (3n << 60n) | 6n });
    expect(hart.step('csrw satp, a1')).toBeUndefined();
    expect([hart.csr('vsatp'), hart.csr('satp')]).toEqual([5n, 0n]);
  });
});

describe('henvcfg (Privileged 15.2.5)', () => {
  const GATED = ADUE | PBMTE | STCE;

  it.each<[string, bigint, bigint]>([
    ['nothing', 0n, FIOM],
    ['ADUE', ADUE, ADUE | FIOM],
    ['PBMTE', PBMTE, PBMTE | FIOM],
    ['STCE', STCE, STCE | FIOM],
    ['all', GATED, GATED | FIOM],
  ])('has the fields that menvcfg allows: %s', async (_, machine, expected) => {
    const hart = await hartIn('HS', { menvcfg: machine, a1: -1 });
    hart.step('csrw henvcfg, a1');
    expect(hart.result('csrr a0, henvcfg').toString(16)).toBe(expected.toString(16));
  });

  it('reads zero in a field while menvcfg’s is zero', async () => {
    const hart = await hartIn('HS', { menvcfg: GATED, henvcfg: GATED });
    expect(hart.csr('henvcfg')).toBe(GATED);
    hart.set({ menvcfg: ADUE });
    expect(hart.csr('henvcfg')).toBe(ADUE);
  });

  it('lacks the fields of extensions that the model lacks', async () => {
    const cpu = 'rv64,h=on,svadu=off,svpbmt=off,sstc=off';
    const hart = await hartIn('HS', { menvcfg: -1, henvcfg: -1 }, { cpu });
    expect(hart.csr('henvcfg')).toBe(FIOM);
  });
});
