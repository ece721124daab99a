/** FS of HS-mode and FS of VS-mode, both in effect while V is 1 (Privileged 15.2.11). */
import { describe, expect, it } from 'vitest';
import { FS, FS_CLEAN, FS_INITIAL, ILLEGAL_INSTRUCTION } from './fields.js';
import { DATA, hartIn } from './hart.js';

const STATES = [0n, FS_INITIAL, FS_CLEAN, FS] as const;
const WRITERS = [
  'fadd.d fa0, fa1, fa2',
  'fmv.d.x fa0, a1',
  'fld fa0, 0(a1)',
  'flw fa0, 0(a1)',
  'fcvt.d.l fa0, a1',
  'csrw fcsr, zero',
  'csrw frm, zero',
  'csrw fflags, zero',
] as const;

describe.each(WRITERS)('%s', (source) => {
  it.each(['VS', 'VU'] as const)('in %s-mode needs both, and leaves both Dirty', async (mode) => {
    for (const own of STATES) {
      for (const guest of STATES) {
        const hart = await hartIn(mode, { mstatus: own, vsstatus: guest, a1: DATA });
        const trap = hart.step(source);
        const off = own === 0n || guest === 0n;
        expect(trap?.cause).toBe(off ? ILLEGAL_INSTRUCTION : undefined);
        if (off) {
          expect([hart.csr('mstatus') & FS, hart.csr('vsstatus') & FS]).toEqual([own, guest]);
        } else {
          expect([hart.csr('mstatus') & FS, hart.csr('vsstatus') & FS]).toEqual([FS, FS]);
        }
      }
    }
  });

  it.each(['M', 'HS', 'U'] as const)('in %s-mode minds its own alone', async (mode) => {
    for (const own of STATES) {
      for (const guest of STATES) {
        const hart = await hartIn(mode, { mstatus: own, vsstatus: guest, a1: DATA });
        expect(hart.step(source)?.cause).toBe(own === 0n ? ILLEGAL_INSTRUCTION : undefined);
        expect(hart.csr('mstatus') & FS).toBe(own === 0n ? 0n : FS);
        expect(hart.csr('vsstatus') & FS).toBe(guest);
      }
    }
  });
});

it('a store of a float register needs both, and makes neither Dirty', async () => {
  const hart = await hartIn('VS', { mstatus: FS_CLEAN, vsstatus: FS_INITIAL, a1: DATA });
  expect(hart.step('fsd fa0, 0(a1)')).toBeUndefined();
  expect([hart.csr('mstatus') & FS, hart.csr('vsstatus') & FS]).toEqual([FS_CLEAN, FS_INITIAL]);
});

it('a guest that switches its own off, or HS-mode that does, is heeded from the next instruction on', async () => {
  const guest = await hartIn('VS', { mstatus: FS, vsstatus: FS, a1: FS });
  expect(
    guest.load('fadd.d fa0, fa0, fa0; csrc sstatus, a1; fadd.d fa0, fa0, fa0').go(),
  ).toBeUndefined();
  guest.go();
  expect(guest.go()).toMatchObject({ cause: ILLEGAL_INSTRUCTION });
  const host = await hartIn('HS', {
    mstatus: 1n << 8n,
    vsstatus: FS,
    hstatus: 1n << 7n,
    sepc: 0x8000_1004n,
  });
  host.load('sret; fadd.d fa0, fa0, fa0').go();
  expect(host.mode).toBe('VS');
  expect(host.go()).toMatchObject({ cause: ILLEGAL_INSTRUCTION });
});

it('a switch to a world with other FS changes what the fast path of loads may do', async () => {
  // HS-mode has FS Dirty, the guest Off; then the guest has it on and HS-mode runs.
  const hart = await hartIn('HS', {
    mstatus: FS | (1n << 8n),
    vsstatus: 0,
    hstatus: 1n << 7n,
    medeleg: 1n << 2n,
    a1: DATA,
    sepc: 0x8000_1008n,
  });
  expect(hart.load('fld fa0, 0(a1); sret; fld fa0, 0(a1)').go()).toBeUndefined();
  expect(hart.go()).toBeUndefined();
  expect(hart.go()).toMatchObject({ to: 'HS', cause: ILLEGAL_INSTRUCTION });
  expect(hart.step('fld fa0, 0(a1)')).toBeUndefined();
});
