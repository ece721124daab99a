/** What htinst and mtinst tell of the instruction that trapped (Privileged 15.6.3). */
import { describe, expect, it } from 'vitest';
import { A, ALL, D, R, U, V, W } from '../page-tables.js';
import {
  ADUE,
  ALL_TO_HS,
  FETCH_GUEST_PAGE,
  FS,
  LOAD_GUEST_PAGE,
  STORE_GUEST_PAGE,
} from './fields.js';
import { CODE, DATA, type Hart, hartIn, type Settings, wordOf } from './hart.js';

const VA = 0x4000_0000n;
const GPA = 0x5000_0000n;

/** A VS-mode hart whose page at VA the G-stage maps with `host`. */
async function guestPage(host: bigint, settings: Settings = {}): Promise<Hart> {
  const hart = await hartIn('VS', {
    medeleg: ALL_TO_HS,
    mstatus: FS,
    vsstatus: FS,
    a1: VA,
    a3: VA,
    sp: VA,
    ...settings,
  });
  const tables = hart.translate();
  tables.guest.map(VA, GPA, ALL);
  tables.host.map(GPA, DATA, host | U);
  return hart;
}

const NOTHING = 0n;

/** A load’s or store’s transformed form has no offset and no base; here another instruction has the same bits. */
const TRANSFORMED: readonly (readonly [string, string])[] = [
  ...['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map((name): [string, string] => [
    `${name} a5, 16(a1)`,
    `${name} a5, 0(zero)`,
  ]),
  // Its result is discarded; it faults all the same.
  ['ld zero, 16(a1)', 'ld zero, 0(zero)'],
  ['flw fa5, 16(a1)', 'flw fa5, 0(zero)'],
  ['fld fa5, -16(a2)', 'fld fa5, 0(zero)'],
  ...['sb', 'sh', 'sw', 'sd'].map((name): [string, string] => [
    `${name} a5, 16(a1)`,
    `${name} a5, 0(zero)`,
  ]),
  ['fsw fa5, 16(a1)', 'fsw fa5, 0(zero)'],
  ['fsd fa5, -16(a2)', 'fsd fa5, 0(zero)'],
  ['lr.w a5, (a1)', 'lr.w a5, (zero)'],
  ['lr.d.aq a5, (a1)', 'lr.d.aq a5, (zero)'],
  ...[
    'amoswap.w',
    'amoadd.d.aqrl',
    'amoxor.w.rl',
    'amoand.d',
    'amoor.w',
    'amomin.d',
    'amomaxu.w',
  ].map((name): [string, string] => [`${name} a5, a6, (a1)`, `${name} a5, a6, (zero)`]),
];

describe('a guest-page fault', () => {
  it.each(TRANSFORMED)('of %s tells %s', async (source, transformed) => {
    for (const medeleg of [0n, ALL_TO_HS]) {
      const hart = await guestPage(NOTHING, { medeleg, a2: VA + 0x40n, a5: 0x55, a6: 0x66 });
      const trap = hart.step(source);
      const load = /^(l|f?l)/.test(source);
      expect(trap).toMatchObject({ cause: load ? LOAD_GUEST_PAGE : STORE_GUEST_PAGE });
      const name = medeleg ? 'htinst' : 'mtinst';
      expect(hart.csr(name).toString(16)).toBe(wordOf(transformed).toString(16));
    }
  });

  it('of SC, which reserved its page when it could be written, tells it too', async () => {
    const hart = await guestPage(V | R | A);
    expect(hart.step('lr.d a5, (a1)')).toBeUndefined();
    expect(hart.step('sc.d a5, a6, (a1)')).toMatchObject({ cause: STORE_GUEST_PAGE });
    expect(hart.csr('htinst')).toBe(wordOf('sc.d a5, a6, (zero)'));
  });

  it.each([
    ['c.lw a5, 16(a3)', 'lw a5, 0(zero)'],
    ['c.ld a5, 16(a3)', 'ld a5, 0(zero)'],
    ['c.fld fa5, 16(a3)', 'fld fa5, 0(zero)'],
    ['c.lwsp a5, 16(sp)', 'lw a5, 0(zero)'],
    ['c.ldsp a5, 16(sp)', 'ld a5, 0(zero)'],
    ['c.fldsp fa5, 16(sp)', 'fld fa5, 0(zero)'],
    ['c.sw a5, 16(a3)', 'sw a5, 0(zero)'],
    ['c.sd a5, 16(a3)', 'sd a5, 0(zero)'],
    ['c.fsd fa5, 16(a3)', 'fsd fa5, 0(zero)'],
    ['c.swsp a5, 16(sp)', 'sw a5, 0(zero)'],
    ['c.sdsp a5, 16(sp)', 'sd a5, 0(zero)'],
    ['c.fsdsp fa5, 16(sp)', 'fsd fa5, 0(zero)'],
  ])('of a compressed %s tells its expansion with bit 1 clear', async (source, expanded) => {
    const hart = await guestPage(NOTHING);
    expect(hart.step(source)).toBeDefined();
    expect(hart.csr('htinst').toString(16)).toBe((wordOf(expanded) & ~2n).toString(16));
  });

  it.each([
    ['hlv.d a5, (a1)', 'hlv.d a5, (zero)'],
    ['hlv.bu a5, (a1)', 'hlv.bu a5, (zero)'],
    ['hlvx.wu a5, (a1)', 'hlvx.wu a5, (zero)'],
    ['hsv.w a6, (a1)', 'hsv.w a6, (zero)'],
  ])('of %s tells %s', async (source, transformed) => {
    const hart = await guestPage(NOTHING, { hstatus: 1n << 8n });
    hart.mode = 'HS';
    expect(hart.step(source)).toBeDefined();
    expect(hart.csr('htinst').toString(16)).toBe(wordOf(transformed).toString(16));
  });

  it('of an access across a page’s end tells how far the faulting address is from its own', async () => {
    for (const [source, expected, offset] of [
      ['ld a5, -3(a2)', 'ld a5, 0(zero)', 3n],
      ['sw a5, -1(a2)', 'sw a5, 0(zero)', 1n],
      ['fld fa5, -7(a2)', 'fld fa5, 0(zero)', 7n],
    ] as const) {
      const hart = await guestPage(ALL, { a2: VA + 0x1000n });
      const { guest, host } = hart.translate();
      guest.map(VA, GPA, ALL);
      guest.map(VA + 0x1000n, GPA + 0x1000n, ALL);
      host.map(GPA, DATA, ALL | U);
      expect(hart.step(source)).toMatchObject({ to: 'HS', tval: VA + 0x1000n });
      expect(hart.csr('htval')).toBe((GPA + 0x1000n) >> 2n);
      expect(hart.csr('htinst')).toBe(wordOf(expected) | (offset << 15n));
      // The first page alone faults: no distance.
      const first = await guestPage(NOTHING, { a2: VA + 0x1000n });
      expect(first.step(source)).toMatchObject({ tval: VA + 0x1000n - offset });
      expect(first.csr('htinst')).toBe(wordOf(expected));
      expect(first.csr('htval')).toBe((GPA + 0x1000n - offset) >> 2n);
    }
  });

  it('of a fetch tells nothing', async () => {
    const hart = await guestPage(NOTHING, { htinst: 5 });
    hart.step('jr a1');
    expect(hart.go()).toEqual({ to: 'HS', cause: FETCH_GUEST_PAGE, tval: VA, epc: VA });
    expect(hart.csr('htinst')).toBe(0n);
    expect(hart.csr('htval')).toBe(GPA >> 2n);
  });
});

describe('an instruction that straddles two pages', () => {
  it('is told whole when its access faults', async () => {
    const hart = await guestPage(NOTHING);
    expect(hart.step('ld a5, 16(a1)', CODE + 0xffen)).toMatchObject({
      cause: LOAD_GUEST_PAGE,
      tval: VA + 16n,
    });
    expect(hart.csr('htinst')).toBe(wordOf('ld a5, 0(zero)'));
  });

  it('and whose second page the G-stage lacks tells that page’s addresses', async () => {
    const hart = await guestPage(ALL);
    // The lower half of a nop.
    hart.machine.ram.write(DATA + 0xffen, Uint8Array.of(0x13, 0x00));
    hart.translate().guest.map(VA + 0x1000n, GPA + 0x1000n, ALL);
    hart.set({ a1: VA + 0xffen });
    hart.step('jr a1');
    expect(hart.go()).toEqual({
      to: 'HS',
      cause: FETCH_GUEST_PAGE,
      tval: VA + 0x1000n,
      epc: VA + 0xffen,
    });
    expect([hart.csr('htval'), hart.csr('htinst')]).toEqual([(GPA + 0x1000n) >> 2n, 0n]);
  });
});

describe('a guest-page fault of the VS-stage’s own accesses', () => {
  /** The VS-stage’s second table stands in a page of the guest that the G-stage has with `flags`. */
  async function tableAt(flags: bigint, settings: Settings = {}) {
    const hart = await hartIn('VS', { medeleg: ALL_TO_HS, a1: VA, ...settings });
    const { guest, host } = hart.translate();
    const table = 0x6000_0000n;
    const { ram } = hart.machine;
    // The root's entry for VA points to `table`, whose first entry is a superpage's leaf.
    ram.writeU64(guest.root + 8n, ((table >> 12n) << 10n) | V);
    host.map(table, DATA, flags);
    host.map(GPA, DATA + 0x1000n, ALL | U);
    return { hart, table, leaf: (pte: bigint) => ram.writeU64(DATA, pte) };
  }

  it('tells a read of 64 bits, and the entry’s address', async () => {
    for (const [source, cause] of [
      ['ld a0, 0(a1)', LOAD_GUEST_PAGE],
      ['sd a0, 0(a1)', STORE_GUEST_PAGE],
      ['amoadd.d a0, a0, (a1)', STORE_GUEST_PAGE],
    ] as const) {
      const { hart, table } = await tableAt(NOTHING);
      expect(hart.step(source)).toMatchObject({ to: 'HS', cause, tval: VA });
      expect(hart.csr('htinst')).toBe(0x3000n);
      expect(hart.csr('htval')).toBe(table >> 2n);
    }
  });

  it('tells it of a fetch too', async () => {
    const { hart, table } = await tableAt(NOTHING);
    hart.step('jr a1');
    expect(hart.go()).toMatchObject({ to: 'HS', cause: FETCH_GUEST_PAGE, tval: VA });
    expect([hart.csr('htinst'), hart.csr('htval')]).toEqual([0x3000n, table >> 2n]);
  });

  it('tells a write where A and D are to be set (henvcfg.ADUE)', async () => {
    for (const source of ['ld a0, 0(a1)', 'sd a0, 0(a1)'] as const) {
      const { hart, table, leaf } = await tableAt(V | R | A | U, { menvcfg: ADUE, henvcfg: ADUE });
      leaf(((GPA >> 12n) << 10n) | V | R | W);
      expect(hart.step(source)).toMatchObject({ to: 'HS', tval: VA });
      expect([hart.csr('htinst'), hart.csr('htval')]).toEqual([0x3020n, table >> 2n]);
    }
  });

  it('tells mtinst and mtval2 the same, in M-mode', async () => {
    const { hart, table } = await tableAt(NOTHING, { medeleg: 0 });
    expect(hart.step('ld a0, 0(a1)')).toMatchObject({ to: 'M', cause: LOAD_GUEST_PAGE });
    expect([hart.csr('mtinst'), hart.csr('mtval2')]).toEqual([0x3000n, table >> 2n]);
  });

  it('needs no D bit of the G-stage for a read', async () => {
    const { hart, leaf } = await tableAt(V | R | A | U);
    leaf(((GPA >> 12n) << 10n) | V | R | W | A | D);
    expect(hart.step('ld a0, 0(a1)')).toBeUndefined();
  });
});

describe('other traps', () => {
  it.each(['ecall', 'ebreak', '.word 0', 'hfence.gvma'])('tell nothing: %s', async (source) => {
    const hart = await hartIn('VS', { medeleg: ALL_TO_HS, htinst: 5, htval: 6 });
    expect(hart.step(source, CODE)).toMatchObject({ to: 'HS' });
    expect([hart.csr('htinst'), hart.csr('htval')]).toEqual([0n, 0n]);
  });

  it('of loads and stores tell nothing or the transformed instruction', async () => {
    for (const mode of ['VS', 'HS', 'U'] as const) {
      for (const [source, transformed] of [
        ['ld a0, 0(a2)', 'ld a0, 0(zero)'],
        ['sd a0, 0(a2)', 'sd a0, 0(zero)'],
      ] as const) {
        const hart = await hartIn(mode, { medeleg: ALL_TO_HS, a2: 0x1000, htinst: 5 });
        hart.step(source);
        expect([0n, wordOf(transformed)]).toContain(hart.csr('htinst'));
        expect(hart.csr('htval')).toBe(0n);
      }
    }
  });
});
