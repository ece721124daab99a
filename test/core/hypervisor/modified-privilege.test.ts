/** MPRV with MPV: M-mode loads and stores as a guest does (Privileged 15.4.1). */
import { describe, expect, it } from 'vitest';
import { A, ALL, D, PageTables, U, V, X } from '../page-tables.js';
import {
  LOAD_GUEST_PAGE,
  LOAD_PAGE,
  M_GVA,
  MPRV,
  MPV,
  MXR,
  STORE_GUEST_PAGE,
  SUM,
} from './fields.js';
import { DATA, hartIn, type Settings } from './hart.js';

const VA = 0x4000_0000n;
const GPA = 0x5000_0000n;

async function machineWith(settings: Settings, guestFlags: bigint, hostFlags = ALL | U) {
  const hart = await hartIn('M', { a1: VA, ...settings });
  const { guest, host } = hart.translate();
  guest.map(VA, GPA, guestFlags);
  host.map(GPA, DATA, hostFlags);
  // What the same address is with HS-mode's translation, and with none.
  hart.machine.ram.writeU64(DATA, 1n);
  hart.machine.ram.writeU64(DATA + 0x1000n, 2n);
  const supervisor = new PageTables(hart.machine.ram, 0x8040_0000n);
  supervisor.map(VA, DATA + 0x1000n, ALL);
  return { hart, satp: supervisor.satp() };
}

const GUEST = MPRV | MPV;

describe('a load of M-mode under MPRV', () => {
  it.each<[string, bigint, bigint, 'loads' | number]>([
    ['VS', GUEST | (1n << 11n), ALL, 'loads'],
    ['VS', GUEST | (1n << 11n), ALL | U, LOAD_PAGE],
    ['VU', GUEST, ALL | U, 'loads'],
    ['VU', GUEST, ALL, LOAD_PAGE],
  ])('with MPV is one of %s-mode', async (_, mstatus, flags, expected) => {
    const { hart } = await machineWith({ mstatus }, flags);
    const trap = hart.step('ld a0, 0(a1)');
    expect(trap?.cause ?? 'loads').toBe(expected);
    if (trap === undefined) expect(hart.x('a0')).toBe(1n);
    else expect(hart.csr('mstatus') & M_GVA).toBe(M_GVA);
  });

  it('without MPV is one of HS-mode’s translation', async () => {
    const { hart, satp } = await machineWith({ mstatus: MPRV | (1n << 11n) }, ALL);
    hart.set({ satp });
    expect(hart.result('ld a0, 0(a1)')).toBe(2n);
    hart.set({ a1: DATA });
    expect(hart.step('ld a0, 0(a1)')).toMatchObject({ to: 'M', cause: LOAD_PAGE });
    expect(hart.csr('mstatus') & M_GVA).toBe(0n);
  });

  it('with MPP of M-mode is not translated, whatever MPV', async () => {
    const { hart } = await machineWith({ mstatus: GUEST | (3n << 11n), a1: DATA }, ALL);
    expect(hart.result('ld a0, 0(a1)')).toBe(1n);
  });

  it('goes by vsstatus.SUM, not by mstatus.SUM', async () => {
    const own = await machineWith({ mstatus: GUEST | (1n << 11n) | SUM }, ALL | U);
    expect(own.hart.step('ld a0, 0(a1)')).toMatchObject({ cause: LOAD_PAGE });
    const guest = await machineWith({ mstatus: GUEST | (1n << 11n), vsstatus: SUM }, ALL | U);
    expect(guest.hart.result('ld a0, 0(a1)')).toBe(1n);
  });

  it.each<[bigint, bigint, 'loads' | number]>([
    [0n, 0n, LOAD_PAGE],
    [0n, MXR, LOAD_GUEST_PAGE],
    [MXR, 0n, 'loads'],
  ])(
    'goes by MXR %s of mstatus for both stages, %s of vsstatus for the first',
    async (own, guest, expected) => {
      const executeOnly = V | X | A | D;
      const settings = { mstatus: GUEST | (1n << 11n) | own, vsstatus: guest };
      const { hart } = await machineWith(settings, executeOnly, executeOnly | U);
      expect(hart.step('ld a0, 0(a1)')?.cause ?? 'loads').toBe(expected);
    },
  );

  it('that the G-stage refuses tells the guest-physical address', async () => {
    const { hart } = await machineWith({ mstatus: GUEST | (1n << 11n), medeleg: -1 }, ALL, 0n);
    expect(hart.step('sd a0, 0(a1)')).toMatchObject({
      to: 'M',
      cause: STORE_GUEST_PAGE,
      tval: VA,
    });
    expect(hart.csr('mtval2')).toBe(GPA >> 2n);
    expect(hart.csr('mstatus') & M_GVA).toBe(M_GVA);
  });
});

it('MPRV leaves fetches alone', async () => {
  const { hart } = await machineWith({ mstatus: GUEST }, ALL);
  expect(hart.load('nop; nop').go()).toBeUndefined();
  expect(hart.go()).toBeUndefined();
});
