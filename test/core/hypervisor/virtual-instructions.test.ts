/** What is illegal, what is a virtual-instruction exception, and what is carried out (Privileged 15.6.1). */
import { describe, expect, it } from 'vitest';
import {
  ALL_ONES,
  ALL_TO_HS,
  ALL_TO_VS,
  FS,
  HU,
  ILLEGAL_INSTRUCTION,
  STCE,
  TSR,
  TVM,
  TW,
  VIRTUAL_INSTRUCTION,
  VTSR,
  VTVM,
  VTW,
} from './fields.js';
import { hartIn, type Mode, type Settings, wordOf } from './hart.js';

/** Illegal, virtual, or nothing. */
type Outcome = 'I' | 'V' | '-';

const OUTCOMES: Readonly<Record<Outcome, number | undefined>> = {
  I: ILLEGAL_INSTRUCTION,
  V: VIRTUAL_INSTRUCTION,
  '-': undefined,
};
const COLUMNS: readonly Mode[] = ['M', 'HS', 'U', 'VS', 'VU'];

/** All counters may be read and stimecmp used; each row takes away from that. */
const OPEN: Settings = {
  mcounteren: 0xffff_ffff,
  scounteren: 0xffff_ffff,
  hcounteren: 0xffff_ffff,
  menvcfg: STCE,
  henvcfg: STCE,
  stimecmp: ALL_ONES,
  vstimecmp: ALL_ONES,
};

/** An instruction, what is set for it, and what it gives in M, HS, U, VS and VU. */
const TABLE: readonly (readonly [string, Settings, string])[] = [
  // Hypervisor instructions.
  ['hlv.d a0, (a1)', {}, '- - I V V'],
  ['hlv.bu a0, (a1)', { hstatus: HU }, '- - - V V'],
  ['hlvx.wu a0, (a1)', {}, '- - I V V'],
  ['hlvx.hu a0, (a1)', { hstatus: HU }, '- - - V V'],
  ['hsv.w a0, (a1)', {}, '- - I V V'],
  ['hsv.d a0, (a1)', { hstatus: HU }, '- - - V V'],
  ['hfence.vvma', {}, '- - I V V'],
  ['hfence.vvma a0, a1', { hstatus: HU | VTVM, mstatus: TVM }, '- - I V V'],
  ['hfence.gvma', {}, '- - I V V'],
  ['hfence.gvma a0, a1', { hstatus: HU | VTVM }, '- - I V V'],
  ['hfence.gvma', { mstatus: TVM }, '- I I V V'],

  // Beside them: hlv of 64 bits without sign, hlvx of 8 and 64, hlv with rs2 = 2, rd in hsv and hfence.
  ['.word 0x6c15c573', {}, 'I I I I I'],
  ['.word 0x6035c573', {}, 'I I I I I'],
  ['.word 0x6c35c573', {}, 'I I I I I'],
  ['.word 0x6825c573', {}, 'I I I I I'],
  ['.word 0x6ea5c0f3', {}, 'I I I I I'],
  ['.word 0x220000f3', {}, 'I I I I I'],
  ['.word 0x620000f3', {}, 'I I I I I'],

  // Supervisor instructions.
  ['sfence.vma', {}, '- - I - V'],
  ['sfence.vma a0, a1', { mstatus: TVM }, '- I I - V'],
  ['sfence.vma', { hstatus: VTVM }, '- - I V V'],
  ['sfence.vma', { hstatus: VTVM, mstatus: TVM }, '- I I V V'],
  ['sret', {}, '- - I - V'],
  ['sret', { mstatus: TSR }, '- I I - V'],
  ['sret', { hstatus: VTSR }, '- - I V V'],
  ['sret', { hstatus: VTSR, mstatus: TSR }, '- I I V V'],
  ['wfi', {}, '- - I - V'],
  ['wfi', { hstatus: VTW }, '- - I V V'],
  ['wfi', { mstatus: TW }, '- I I I I'],
  ['wfi', { mstatus: TW, hstatus: VTW }, '- I I I I'],
  ['mret', {}, '- I I I I'],

  // Hypervisor CSRs.
  ['csrr a0, hstatus', {}, '- - I V V'],
  ['csrw hstatus, zero', {}, '- - I V V'],
  ['csrr a0, hedeleg', {}, '- - I V V'],
  ['csrw hideleg, zero', {}, '- - I V V'],
  ['csrr a0, hie', {}, '- - I V V'],
  ['csrw hvip, zero', {}, '- - I V V'],
  ['csrr a0, hip', {}, '- - I V V'],
  ['csrw htimedelta, zero', {}, '- - I V V'],
  ['csrw hcounteren, zero', {}, '- - I V V'],
  ['csrw hgeie, zero', {}, '- - I V V'],
  ['csrr a0, henvcfg', {}, '- - I V V'],
  ['csrr a0, htval', {}, '- - I V V'],
  ['csrw htinst, zero', {}, '- - I V V'],
  ['csrr a0, hgatp', {}, '- - I V V'],
  ['csrr a0, hgatp', { mstatus: TVM }, '- I I V V'],
  ['csrw hgatp, zero', { mstatus: TVM }, '- I I V V'],
  ['csrr a0, hgeip', {}, '- - I V V'],
  // A write of a read-only CSR would not be allowed in HS-mode either.
  ['csrw hgeip, zero', {}, 'I I I I I'],

  // VS CSRs by their own numbers.
  ['csrr a0, vsstatus', {}, '- - I V V'],
  ['csrw vsie, zero', {}, '- - I V V'],
  ['csrr a0, vstvec', {}, '- - I V V'],
  ['csrw vsscratch, zero', {}, '- - I V V'],
  ['csrr a0, vsepc', {}, '- - I V V'],
  ['csrr a0, vscause', {}, '- - I V V'],
  ['csrr a0, vstval', {}, '- - I V V'],
  ['csrr a0, vsip', {}, '- - I V V'],
  ['csrr a0, vsatp', {}, '- - I V V'],
  ['csrr a0, vsatp', { mstatus: TVM, hstatus: VTVM }, '- - I V V'],
  ['csrr a0, vstimecmp', {}, '- - I V V'],
  ['csrr a0, vstimecmp', { menvcfg: 0 }, '- I I I I'],
  ['csrr a0, vstimecmp', { mcounteren: 0 }, '- I I I I'],
  ['csrr a0, vstimecmp', { hcounteren: 0 }, '- - I V V'],
  ['csrr a0, vstimecmp', { henvcfg: 0 }, '- - I V V'],

  // Supervisor CSRs.
  ['csrr a0, sstatus', {}, '- - I - V'],
  ['csrw sie, zero', {}, '- - I - V'],
  ['csrr a0, stvec', {}, '- - I - V'],
  ['csrr a0, scounteren', {}, '- - I - V'],
  ['csrr a0, senvcfg', {}, '- - I - V'],
  ['csrw sscratch, zero', {}, '- - I - V'],
  ['csrr a0, sepc', {}, '- - I - V'],
  ['csrr a0, scause', {}, '- - I - V'],
  ['csrr a0, stval', {}, '- - I - V'],
  ['csrr a0, sip', {}, '- - I - V'],
  ['csrr a0, satp', {}, '- - I - V'],
  ['csrr a0, satp', { mstatus: TVM }, '- I I - V'],
  ['csrw satp, zero', { hstatus: VTVM }, '- - I V V'],
  ['csrr a0, satp', { hstatus: VTVM, mstatus: TVM }, '- I I V V'],
  // Sstc: stimecmp of V=1 is vstimecmp.
  ['csrr a0, stimecmp', {}, '- - I - V'],
  ['csrr a0, stimecmp', { menvcfg: 0 }, '- I I I I'],
  ['csrr a0, stimecmp', { mcounteren: 0 }, '- I I I I'],
  ['csrr a0, stimecmp', { mcounteren: 0, hcounteren: 0 }, '- I I I I'],
  ['csrr a0, stimecmp', { hcounteren: 0 }, '- - I V V'],
  ['csrr a0, stimecmp', { henvcfg: 0 }, '- - I V V'],
  ['csrw stimecmp, a0', { scounteren: 0, a0: -1 }, '- - I - V'],

  // Machine CSRs, and numbers of nothing.
  ['csrr a0, mstatus', {}, '- I I I I'],
  ['csrr a0, mhartid', {}, '- I I I I'],
  ['csrr a0, mtinst', {}, '- I I I I'],
  ['csrw mtval2, zero', {}, '- I I I I'],
  ['csrr a0, 0x1c0', {}, 'I I I I I'],
  ['csrr a0, 0x2c0', {}, 'I I I I I'],
  ['csrr a0, 0x6c0', {}, 'I I I I I'],
  // henvcfgh, htimedeltah, cycleh: of RV32.
  ['csrr a0, 0x61a', {}, 'I I I I I'],
  ['csrr a0, 0x615', {}, 'I I I I I'],
  ['csrr a0, 0xc80', {}, 'I I I I I'],

  // Counters.
  ...(['cycle', 'time', 'instret', 'hpmcounter3', 'hpmcounter31'] as const).flatMap(
    (counter): [string, Settings, string][] => [
      [`csrr a0, ${counter}`, {}, '- - - - -'],
      [`csrr a0, ${counter}`, { scounteren: 0 }, '- - I - V'],
      [`csrr a0, ${counter}`, { hcounteren: 0 }, '- - - V V'],
      [`csrr a0, ${counter}`, { hcounteren: 0, scounteren: 0 }, '- - I V V'],
      [`csrr a0, ${counter}`, { mcounteren: 0 }, '- I I I I'],
      [`csrr a0, ${counter}`, { mcounteren: 0, hcounteren: 0, scounteren: 0 }, '- I I I I'],
      [`csrw ${counter}, zero`, {}, 'I I I I I'],
    ],
  ),
  // One counter's bit is not another's.
  ['csrr a0, time', { hcounteren: 0xffff_fffd }, '- - - V V'],
  ['csrr a0, instret', { hcounteren: 0xffff_fffd }, '- - - - -'],

  // FS: always illegal, never virtual.
  ['csrr a0, fcsr', { mstatus: FS, vsstatus: FS }, '- - - - -'],
  ['csrr a0, fcsr', { mstatus: 0, vsstatus: FS }, 'I I I I I'],
  ['csrr a0, fcsr', { mstatus: FS, vsstatus: 0 }, '- - - I I'],
  ['fadd.d fa0, fa0, fa0', { mstatus: 0, vsstatus: FS }, 'I I I I I'],
  ['fadd.d fa0, fa0, fa0', { mstatus: FS, vsstatus: 0 }, '- - - I I'],
  ['fld fa0, 0(a1)', { mstatus: 0, vsstatus: FS }, 'I I I I I'],
  ['fld fa0, 0(a1)', { mstatus: FS, vsstatus: 0 }, '- - - I I'],
  ['fsd fa0, 0(a1)', { mstatus: FS, vsstatus: 0 }, '- - - I I'],
];

const DATA = 0x8010_0000n;

const named = (settings: Settings) =>
  Object.entries(settings)
    .map(([name, value]) => `${name} 0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`)
    .join(', ') || 'all open';

describe.each(TABLE)('%s', (source, settings, row) => {
  const outcomes = row.split(' ') as Outcome[];

  it(`gives ${row} in ${COLUMNS.join(', ')} with ${named(settings)}`, async () => {
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [n, mode] of COLUMNS.entries()) {
      const hart = await hartIn(mode, { ...OPEN, a1: DATA, ...settings });
      const trap = hart.step(source);
      seen[mode] = trap && { to: trap.to, cause: trap.cause, tval: trap.tval };
      const cause = OUTCOMES[outcomes[n] as Outcome];
      expected[mode] = cause && { to: 'M', cause, tval: wordOf(source) };
    }
    expect(seen).toEqual(expected);
  });
});

describe('a virtual-instruction exception', () => {
  it.each(['VS', 'VU'] as const)(
    'is delegated to HS-mode, from %s, and no further',
    async (mode) => {
      const hart = await hartIn(mode, { medeleg: ALL_TO_HS, hedeleg: ALL_ONES });
      expect(hart.csr('hedeleg')).toBe(ALL_TO_VS);
      expect(hart.step('hfence.gvma')).toMatchObject({
        to: 'HS',
        cause: VIRTUAL_INSTRUCTION,
        tval: wordOf('hfence.gvma'),
      });
      expect(hart.machine.counter('guestInstructions')).toBe(1);
    },
  );

  it('does nothing else: no CSR is read or written, no register changed', async () => {
    const hart = await hartIn('VS', { vsscratch: 5, a0: 7 });
    expect(hart.step('csrrw a0, vsscratch, a0')).toMatchObject({ cause: VIRTUAL_INSTRUCTION });
    expect([hart.x('a0'), hart.csr('vsscratch')]).toEqual([7n, 5n]);
  });

  it('is none without H: what speaks of it is illegal in every mode', async () => {
    for (const mode of ['M', 'HS', 'U'] as const) {
      for (const source of ['hlv.d a0, (a1)', 'hsv.b a0, (a1)', 'hfence.vvma', 'hfence.gvma']) {
        const hart = await hartIn(mode, { a1: DATA }, { cpu: 'rv64' });
        expect(hart.step(source)).toMatchObject({ to: 'M', cause: ILLEGAL_INSTRUCTION });
      }
    }
  });
});
