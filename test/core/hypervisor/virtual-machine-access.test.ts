/** HLV, HLVX and HSV (Privileged 15.3.1). */
import { describe, expect, it } from 'vitest';
import { A, ALL, D, PageTables, R, U, V, W, X } from '../page-tables.js';
import {
  GVA,
  HU,
  LOAD_ACCESS,
  LOAD_GUEST_PAGE,
  LOAD_PAGE,
  M_GVA,
  MPP,
  MPRV,
  MXR,
  SPV,
  SPVP,
  STORE_GUEST_PAGE,
  STORE_PAGE,
  SUM,
} from './fields.js';
import { DATA, hartIn, type Settings, type Trap, VECTORS } from './hart.js';

/** A guest's page, where the guest has it, and where it is. */
const VA = 0x4000_0000n;
const GPA = 0x5000_0000n;
const PATTERN = 0xfedc_ba98_8765_4321n;

interface Page {
  /** Flags of the VS-stage's and the G-stage's leaf. */
  readonly guest?: bigint;
  readonly host?: bigint;
}

/** A hart in `mode`, with one page of a guest. */
async function withPage(mode: 'M' | 'HS' | 'U', settings: Settings, page: Page = {}) {
  const hart = await hartIn(mode, { a1: VA, ...settings });
  const { guest, host } = hart.translate();
  guest.map(VA, GPA, page.guest ?? ALL | U);
  host.map(GPA, DATA, page.host ?? ALL | U);
  hart.machine.ram.writeU64(DATA, PATTERN);
  return hart;
}

const cause = (trap: Trap | undefined) => trap?.cause;

describe('loads of a guest’s memory', () => {
  it.each([
    ['hlv.b', 0x21n],
    ['hlv.bu', 0x21n],
    ['hlv.h', 0x4321n],
    ['hlv.hu', 0x4321n],
    ['hlvx.hu', 0x4321n],
    ['hlv.w', 0xffff_ffff_8765_4321n],
    ['hlv.wu', 0x8765_4321n],
    ['hlvx.wu', 0x8765_4321n],
    ['hlv.d', PATTERN],
  ])('%s extends as its name says', async (name, expected) => {
    for (const mode of ['M', 'HS', 'U'] as const) {
      const hart = await withPage(mode, { hstatus: HU });
      expect(hart.result(`${name} a0, (a1)`)).toBe(expected);
    }
  });

  it.each([
    ['hlv.b', 0xffff_ffff_ffff_ffban],
    ['hlv.bu', 0xban],
    ['hlv.h', 0xffff_ffff_ffff_dcban],
    ['hlv.hu', 0xdcban],
    ['hlvx.hu', 0xdcban],
  ])('%s extends a sign or does not', async (name, expected) => {
    const hart = await withPage('HS', { hstatus: SPVP, a1: VA + 5n }, { guest: ALL });
    expect(hart.result(`${name} a0, (a1)`)).toBe(expected);
  });

  it('write no register if they fault, and x0 never', async () => {
    const hart = await withPage('HS', { a0: 7 }, { host: V | A | D });
    expect(cause(hart.step('hlv.d a0, (a1)'))).toBe(LOAD_GUEST_PAGE);
    expect(hart.x('a0')).toBe(7n);
    const fine = await withPage('HS', {});
    expect(fine.step('hlv.d zero, (a1)')).toBeUndefined();
    expect(fine.x('zero')).toBe(0n);
  });
});

describe('stores into a guest’s memory', () => {
  it.each([
    ['hsv.b', 0xffn],
    ['hsv.h', 0xffffn],
    ['hsv.w', 0xffff_ffffn],
    ['hsv.d', 0xffff_ffff_ffff_ffffn],
  ])('%s stores as many bytes as its name says', async (name, mask) => {
    const hart = await withPage('HS', { a0: 0n });
    expect(hart.step(`${name} a0, (a1)`)).toBeUndefined();
    expect(hart.machine.word(DATA)).toBe(PATTERN & ~mask);
  });
});

describe('the privilege of the access', () => {
  it.each([
    // The page's U, SPVP, vsstatus.SUM, allowed
    [true, 0n, 0n, true],
    [false, 0n, 0n, false],
    [true, SPVP, 0n, false],
    [true, SPVP, SUM, true],
    [false, SPVP, 0n, true],
    [false, 0n, SUM, false],
  ])('is SPVP’s: page of U %s, SPVP %s, SUM %s: %s', async (user, spvp, sum, allowed) => {
    for (const mode of ['M', 'HS', 'U'] as const) {
      const settings = { hstatus: HU | spvp, vsstatus: sum };
      const hart = await withPage(mode, settings, { guest: user ? ALL | U : ALL });
      expect(cause(hart.step('hlv.d a0, (a1)'))).toBe(allowed ? undefined : LOAD_PAGE);
      expect(cause(hart.step('hsv.d a0, (a1)'))).toBe(allowed ? undefined : STORE_PAGE);
    }
  });

  it('is neither that of the mode, nor of MPRV, MPP and SPP, nor of HS-mode’s SUM', async () => {
    const hart = await withPage('M', { mstatus: MPRV | MPP | SUM, hstatus: SPVP });
    expect(cause(hart.step('hlv.d a0, (a1)'))).toBe(LOAD_PAGE);
    const open = await withPage('M', { mstatus: MPRV | MPP });
    expect(open.result('hlv.d a0, (a1)')).toBe(PATTERN);
  });
});

describe('execute permission', () => {
  const EXECUTE_ONLY = V | X | A | D;
  const READ_ONLY = V | R | A | D;

  /** Whether `source` loads from a page that has `guest` and `host`. */
  const loads = async (source: string, guest: bigint, host: bigint, settings: Settings = {}) => {
    const page = { guest: guest | U, host: host | U };
    const hart = await withPage('HS', settings, page);
    const trap = hart.step(`${source} a0, (a1)`);
    return trap === undefined ? 'loads' : trap.cause;
  };

  it('is what HLVX needs at both stages, instead of read permission', async () => {
    expect(await loads('hlvx.wu', EXECUTE_ONLY, EXECUTE_ONLY)).toBe('loads');
    expect(await loads('hlvx.wu', READ_ONLY, EXECUTE_ONLY)).toBe(LOAD_PAGE);
    expect(await loads('hlvx.wu', EXECUTE_ONLY, READ_ONLY)).toBe(LOAD_GUEST_PAGE);
    expect(await loads('hlvx.hu', READ_ONLY, READ_ONLY, { mstatus: MXR, vsstatus: MXR })).toBe(
      LOAD_PAGE,
    );
  });

  it('is not enough for HLV, but under MXR: vsstatus’ for the VS-stage, HS-mode’s for both', async () => {
    expect(await loads('hlv.w', EXECUTE_ONLY, ALL)).toBe(LOAD_PAGE);
    expect(await loads('hlv.w', ALL, EXECUTE_ONLY)).toBe(LOAD_GUEST_PAGE);
    expect(await loads('hlv.w', EXECUTE_ONLY, ALL, { vsstatus: MXR })).toBe('loads');
    expect(await loads('hlv.w', ALL, EXECUTE_ONLY, { vsstatus: MXR })).toBe(LOAD_GUEST_PAGE);
    expect(await loads('hlv.w', EXECUTE_ONLY, EXECUTE_ONLY, { mstatus: MXR })).toBe('loads');
  });

  it('is what devices lack: HLVX of one is an access fault', async () => {
    const page = { guest: ALL | U, host: 0n };
    const hart = await withPage('HS', { a1: VA + 0xff8n }, page);
    // The CLINT's mtime.
    hart.translate().host.map(GPA, 0x200_b000n, ALL | U);
    expect(cause(hart.step('hlv.w a0, (a1)'))).toBeUndefined();
    expect(cause(hart.step('hlvx.wu a0, (a1)'))).toBe(LOAD_ACCESS);
  });

  it('does not let HLVX read what PMP has for execution only, nor execute-less memory', async () => {
    for (const [permissions, expected] of [
      [0x1c, LOAD_ACCESS],
      [0x19, LOAD_ACCESS],
      [0x1d, undefined],
    ] as const) {
      // Entry 0 is the data page, entry 1 everything.
      const pmp = {
        pmpaddr0: (DATA >> 2n) | 0x1ffn,
        pmpaddr1: (1n << 54n) - 1n,
        pmpcfg0: 0x1f00 | permissions,
      };
      const hart = await withPage('HS', pmp);
      expect(cause(hart.step('hlvx.wu a0, (a1)'))).toBe(expected);
    }
  });
});

describe('faults', () => {
  it('of the VS-stage and the G-stage tell the guest’s addresses, with GVA and without SPV', async () => {
    for (const [source, host, expected] of [
      ['hlv.w a0, (a1)', ALL | U, LOAD_PAGE],
      ['hsv.w a0, (a1)', ALL | U, STORE_PAGE],
      ['hlvx.wu a0, (a1)', 0n, LOAD_GUEST_PAGE],
      ['hlv.w a0, (a1)', V | W | X | A | D | U, LOAD_GUEST_PAGE],
      ['hsv.w a0, (a1)', V | R | A | D | U, STORE_GUEST_PAGE],
    ] as const) {
      const guestFault = expected === LOAD_PAGE || expected === STORE_PAGE;
      const page = { guest: guestFault ? V | R | W | X | A | D : ALL | U, host };
      for (const medeleg of [0n, -1n]) {
        const hart = await withPage('HS', { medeleg, a1: VA + 8n }, page);
        const trap = hart.step(source);
        expect(trap).toMatchObject({
          to: medeleg ? 'HS' : 'M',
          cause: expected,
          tval: VA + 8n,
        });
        const tval2 = guestFault ? 0n : (GPA + 8n) >> 2n;
        if (medeleg) {
          expect(hart.csr('hstatus') & (GVA | SPV)).toBe(GVA);
          expect(hart.csr('htval')).toBe(tval2);
        } else {
          expect(hart.csr('mstatus') & M_GVA).toBe(M_GVA);
          expect(hart.csr('mtval2')).toBe(tval2);
        }
      }
    }
  });

  it('from U-mode under HU go as HS-mode’s: SPVP stays', async () => {
    const hart = await withPage('U', { medeleg: -1, hstatus: HU | SPVP, a1: 0 });
    expect(hart.step('hlv.w a0, (a1)')).toMatchObject({ to: 'HS', cause: LOAD_PAGE, tval: 0n });
    expect(hart.csr('hstatus') & (SPV | SPVP | GVA)).toBe(SPVP | GVA);
  });

  it('leave the handler its own translation', async () => {
    for (const medeleg of [0n, -1n]) {
      const hart = await withPage('HS', { medeleg, a2: VA + 0x1000n });
      expect(hart.result('hlv.d a0, (a1)')).toBe(PATTERN);
      // Where the guest has that page, the handler, whose own addresses are bare, has nothing.
      hart.load('ld a0, 0(a1)', medeleg ? VECTORS.HS : VECTORS.M);
      expect(hart.step('hlv.w a0, (a2)')).toMatchObject({ cause: LOAD_PAGE, tval: VA + 0x1000n });
      expect(hart.go()).toMatchObject({ cause: LOAD_ACCESS, tval: VA });
    }
  });

  it('leave M-mode its own translation, under MPRV too', async () => {
    const hart = await withPage('M', { a2: VA + 0x1000n, mstatus: MPRV | (1n << 11n) });
    expect(hart.result('hlv.d a0, (a1)')).toBe(PATTERN);
    hart.load('ld a0, 0(a1)', VECTORS.M);
    expect(hart.step('hlv.w a0, (a2)')).toMatchObject({ cause: LOAD_PAGE });
    // MPP is M-mode's now.
    expect(hart.go()).toMatchObject({ cause: LOAD_ACCESS, tval: VA });
  });

  it('never go to VS-mode', async () => {
    const hart = await withPage('HS', { medeleg: -1, hedeleg: -1, a1: 0 });
    expect(hart.step('hlv.w a0, (a1)')).toMatchObject({ to: 'HS', cause: LOAD_PAGE });
  });

  it('of memory that is not there are access faults with GVA', async () => {
    const hart = await hartIn('HS', { medeleg: -1, a1: 0x1000 });
    expect(hart.step('hlv.w a0, (a1)')).toMatchObject({ cause: LOAD_ACCESS, tval: 0x1000n });
    expect(hart.csr('hstatus') & GVA).toBe(GVA);
  });
});

describe('address spaces by the hundred', () => {
  it('are each read through HLV, and HS-mode’s own loads in between are its own', async () => {
    // More contexts than a hart's TLB knows at once.
    const hart = await withPage('HS', { hstatus: SPVP }, { guest: ALL });
    const own = new PageTables(hart.machine.ram, 0x8040_0000n);
    own.map(0x8000_0000n, 0x8000_0000n, ALL, 1);
    own.map(VA, DATA + 0x1000n, ALL);
    hart.machine.ram.writeU64(DATA + 0x1000n, 7n);
    hart.set({ satp: own.satp(), a2: hart.csr('vsatp'), a3: 1n << 44n, s0: 300, s1: 7 });
    hart.load(`
      1: csrw vsatp, a2
      add a2, a2, a3
      hlv.d a0, (a1)
      ld a4, 0(a1)
      bne a4, s1, 2f
      addi s0, s0, -1
      bnez s0, 1b
      2: j 2b`);
    hart.machine.run(4000n);
    expect([hart.x('s0'), hart.x('a0'), hart.x('a4'), hart.mode]).toEqual([0n, PATTERN, 7n, 'HS']);
  });
});

describe('both stages bare', () => {
  it('read and write supervisor-physical memory', async () => {
    const hart = await hartIn('HS', { a0: 5, a1: DATA });
    expect(hart.step('hsv.d a0, (a1)')).toBeUndefined();
    expect(hart.result('hlv.d a0, (a1)')).toBe(5n);
    expect(hart.machine.word(DATA)).toBe(5n);
  });
});

describe('misaligned accesses', () => {
  it('across a page’s end use both pages', async () => {
    const hart = await withPage('HS', { a1: VA + 0xffcn });
    const { guest, host } = hart.translate();
    guest.map(VA, GPA, ALL | U);
    host.map(GPA, DATA, ALL | U);
    guest.map(VA + 0x1000n, GPA + 0x1000n, ALL | U);
    host.map(GPA + 0x1000n, DATA + 0x3000n, ALL | U);
    hart.machine.ram.writeU64(DATA + 0xff8n, 0x1122_3344n << 32n);
    hart.machine.ram.writeU64(DATA + 0x3000n, 0x5566_7788n);
    expect(hart.result('hlv.d a0, (a1)')).toBe(0x5566_7788_1122_3344n);
    hart.set({ a0: 0 });
    expect(hart.step('hsv.d a0, (a1)')).toBeUndefined();
    expect(hart.machine.word(DATA + 0xff8n)).toBe(0n);
    expect(hart.machine.word(DATA + 0x3000n)).toBe(0n);
  });
});
