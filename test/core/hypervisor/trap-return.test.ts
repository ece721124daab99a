/** MRET and SRET in every combination of what they look at (Privileged 15.6.4, 3.1.6.1, 3.3.2). */
import { describe, expect, it } from 'vitest';
import {
  M_GVA,
  MIE,
  MPIE,
  MPP,
  MPRV,
  MPV,
  SIE,
  SPIE,
  SPP,
  SPV,
  SPVP,
  UXL,
  VSXL,
} from './fields.js';
import { hartIn, type Mode } from './hart.js';

const TARGET = 0x8000_5000n;
const BITS = [0n, 1n] as const;

describe('MRET', () => {
  const MODES: readonly (readonly [bigint, bigint, Mode])[] = [
    // MPV, MPP, where it goes
    [0n, 0n, 'U'],
    [0n, 1n, 'HS'],
    [0n, 3n, 'M'],
    [1n, 0n, 'VU'],
    [1n, 1n, 'VS'],
    [1n, 3n, 'M'],
  ];

  it.each(MODES)('with MPV %s and MPP %s goes to %s', async (mpv, mpp, to) => {
    for (const mpie of BITS) {
      for (const mprv of BITS) {
        const hart = await hartIn('M', {
          mstatus: (mpv * MPV) | (mpp << 11n) | (mpie * MPIE) | (mprv * MPRV) | M_GVA,
          hstatus: SPV | SPVP,
          vsstatus: SPIE | SPP,
          mepc: TARGET,
        });
        hart.load('mret').go();
        expect([hart.mode, hart.pc]).toEqual([to, TARGET]);
        const status = hart.csr('mstatus');
        expect(status & (MPV | MPP)).toBe(0n);
        expect(status & MPIE).toBe(MPIE);
        expect(status & MIE).toBe(mpie * MIE);
        expect(status & MPRV).toBe(to === 'M' ? mprv * MPRV : 0n);
        expect(status & M_GVA).toBe(M_GVA);
        expect(hart.csr('hstatus')).toBe(VSXL | SPV | SPVP);
        expect(hart.csr('vsstatus')).toBe(UXL | SPIE | SPP);
      }
    }
  });
});

describe('SRET with V=0', () => {
  it.each<[bigint, bigint, Mode]>([
    [0n, 0n, 'U'],
    [0n, 1n, 'HS'],
    [1n, 0n, 'VU'],
    [1n, 1n, 'VS'],
  ])('with SPV %s and SPP %s goes to %s, from HS-mode and M-mode', async (spv, spp, to) => {
    for (const from of ['HS', 'M'] as const) {
      for (const spie of BITS) {
        for (const spvp of BITS) {
          const hart = await hartIn(from, {
            mstatus: (spp * SPP) | (spie * SPIE) | (from === 'M' ? MPRV : 0n) | MPV,
            hstatus: (spv * SPV) | (spvp * SPVP),
            vsstatus: SPIE | SPP,
            sepc: TARGET,
            vsepc: 0x1234,
          });
          hart.load('sret').go();
          expect([hart.mode, hart.pc]).toEqual([to, TARGET]);
          expect(hart.csr('hstatus')).toBe(VSXL | (spvp * SPVP));
          const status = hart.csr('mstatus');
          expect(status & (SPP | SPIE)).toBe(SPIE);
          expect(status & SIE).toBe(spie * SIE);
          expect(status & (MPRV | MPV)).toBe(MPV);
          expect(hart.csr('vsstatus')).toBe(UXL | SPIE | SPP);
        }
      }
    }
  });
});

describe('SRET in VS-mode', () => {
  it.each<[bigint, Mode]>([
    [0n, 'VU'],
    [1n, 'VS'],
  ])('with vsstatus.SPP %s goes to %s, and leaves HS-mode’s CSRs', async (spp, to) => {
    for (const spie of BITS) {
      const hart = await hartIn('VS', {
        vsstatus: (spp * SPP) | (spie * SPIE),
        mstatus: SPP | SPIE,
        hstatus: SPVP,
        vsepc: TARGET,
        sepc: 0x1234,
      });
      hart.load('sret').go();
      expect([hart.mode, hart.pc]).toEqual([to, TARGET]);
      expect(hart.csr('vsstatus')).toBe(UXL | SPIE | (spie * SIE));
      expect(hart.csr('hstatus')).toBe(VSXL | SPVP);
      expect(hart.csr('sstatus') & (SPP | SPIE | SIE)).toBe(SPP | SPIE);
    }
  });
});

describe('a round trip', () => {
  it('from VS-mode through HS-mode ends where it began', async () => {
    const hart = await hartIn('VS', { medeleg: 1n << 10n, vsstatus: SIE, mstatus: SIE });
    expect(hart.step('ecall')).toMatchObject({ to: 'HS' });
    hart.load('sret').go();
    expect(hart.mode).toBe('VS');
    expect(hart.csr('vsstatus')).toBe(UXL | SIE);
    expect(hart.csr('sstatus') & SIE).toBe(SIE);
  });

  it('goes through every mode: M, HS, VS, VU, and by ecalls back', async () => {
    const hart = await hartIn('M', {
      mstatus: 1n << 11n,
      mepc: TARGET,
      sepc: TARGET,
      vsepc: TARGET,
      hstatus: SPV,
      medeleg: (1n << 8n) | (1n << 10n),
      hedeleg: 1n << 8n,
    });
    const seen: Mode[] = [];
    const go = (source: string) => {
      hart.load(source).go();
      seen.push(hart.mode);
    };
    go('mret');
    hart.set({ mstatus: SPP });
    go('sret');
    go('sret');
    for (let n = 0; n < 3; n++) go('ecall');
    expect(seen).toEqual(['HS', 'VS', 'VU', 'VS', 'HS', 'M']);
  });
});
