/** One interrupt bit under its many names (Privileged 15.2.3, 15.2.12, 15.4.2, 15.4.3). */
import { describe, expect, it } from 'vitest';
import {
  ALL_ONES,
  S_INTERRUPTS,
  SEI,
  SSI,
  STI,
  VS_INTERRUPTS,
  VSEI,
  VSSI,
  VSTI,
} from './fields.js';
import { hartIn } from './hart.js';

const MSI_MTI_MEI = 0x888n;

describe('pending bits of VS-level interrupts', () => {
  it('of hvip are seen in hip and mip, in vsip as far as hideleg has them, and not in sip', async () => {
    for (const delegated of [0n, VSSI, VSTI, VSEI, VS_INTERRUPTS]) {
      const hart = await hartIn('M', { hideleg: delegated, mideleg: -1, hvip: -1 });
      expect(hart.result('csrr a0, hip')).toBe(VS_INTERRUPTS);
      expect(hart.result('csrr a0, mip')).toBe(VS_INTERRUPTS);
      expect(hart.result('csrr a0, vsip')).toBe(delegated >> 1n);
      expect(hart.result('csrr a0, sip')).toBe(0n);
    }
  });

  it('are written by hvip all, by hip and mip VSSIP alone', async () => {
    for (const [name, writable] of [
      ['hvip', VS_INTERRUPTS],
      ['hip', VSSI],
      ['mip', VSSI],
    ] as const) {
      const hart = await hartIn('M', { a1: VS_INTERRUPTS });
      hart.step(`csrs ${name}, a1`);
      expect(hart.csr('hvip')).toBe(writable);
      expect(hart.csr('mip') & VS_INTERRUPTS).toBe(writable);
      hart.set({ hvip: VS_INTERRUPTS });
      hart.step(`csrc ${name}, a1`);
      expect(hart.csr('hvip')).toBe(VS_INTERRUPTS & ~writable);
    }
  });

  it('are written by vsip, and by sip in VS-mode: SSIP alone, if it is delegated', async () => {
    for (const [mode, name] of [
      ['HS', 'vsip'],
      ['VS', 'sip'],
    ] as const) {
      for (const delegated of [0n, VSSI, VS_INTERRUPTS]) {
        const hart = await hartIn(mode, { hideleg: delegated, a1: -1 });
        hart.step(`csrs ${name}, a1`);
        expect(hart.csr('hvip')).toBe(delegated & VSSI);
        expect(hart.csr('mip')).toBe(delegated & VSSI);
        hart.machine.core.exports.hartSetCsr(hart.machine.vm, 0, 0x645, VS_INTERRUPTS);
        hart.step(`csrw ${name}, zero`);
        expect(hart.csr('hvip')).toBe(VS_INTERRUPTS & ~(delegated & VSSI));
      }
    }
  });

  it('leave what M-mode and S-mode own alone', async () => {
    const hart = await hartIn('M', { mip: S_INTERRUPTS, mideleg: S_INTERRUPTS, hideleg: -1 });
    hart.set({ hip: 0, hvip: 0, vsip: 0 });
    expect(hart.csr('mip')).toBe(S_INTERRUPTS);
    hart.set({ hip: -1, hvip: -1, vsip: -1, mip: 0 });
    expect(hart.csr('mip')).toBe(VSTI | VSEI);
    expect(hart.csr('sip')).toBe(0n);
  });

  it('show VS-mode nothing of HS-mode’s own', async () => {
    const hart = await hartIn('VS', {
      mideleg: S_INTERRUPTS,
      hideleg: VS_INTERRUPTS,
      hedeleg: 0,
      mip: S_INTERRUPTS,
      vsstatus: 0,
    });
    // They are pending but not enabled.
    expect(hart.result('csrr a0, sip')).toBe(0n);
  });
});

describe('enable bits of VS-level interrupts', () => {
  it('are the same in mie and hie, and in vsie as far as hideleg has them', async () => {
    for (const delegated of [0n, VSSI, VSTI, VSEI, VS_INTERRUPTS]) {
      const hart = await hartIn('M', { hideleg: delegated, mideleg: S_INTERRUPTS, mie: -1 });
      expect(hart.result('csrr a0, hie')).toBe(VS_INTERRUPTS);
      expect(hart.result('csrr a0, sie')).toBe(S_INTERRUPTS);
      expect(hart.result('csrr a0, vsie')).toBe(delegated >> 1n);
      hart.step('csrw vsie, zero');
      expect(hart.csr('mie')).toBe(MSI_MTI_MEI | S_INTERRUPTS | (VS_INTERRUPTS & ~delegated));
      hart.set({ mie: 0, a1: -1 });
      hart.step('csrw vsie, a1');
      expect(hart.csr('mie')).toBe(delegated);
      hart.step('csrw hie, a1');
      expect(hart.csr('mie')).toBe(VS_INTERRUPTS);
      hart.step('csrw hie, zero');
      expect(hart.csr('mie')).toBe(0n);
    }
  });

  it('are sie’s in VS-mode, one place lower', async () => {
    const hart = await hartIn('VS', {
      mideleg: S_INTERRUPTS,
      hideleg: VS_INTERRUPTS,
      mie: S_INTERRUPTS,
      a1: -1,
    });
    expect(hart.result('csrr a0, sie')).toBe(0n);
    hart.step('csrw sie, a1');
    expect(hart.csr('hie')).toBe(VS_INTERRUPTS);
    expect(hart.result('csrr a0, sie')).toBe(SSI | STI | SEI);
    expect(hart.csr('sie')).toBe(S_INTERRUPTS);
    hart.step('csrw sie, zero');
    expect(hart.csr('mie')).toBe(S_INTERRUPTS);
  });

  it('of guest external interrupts are none: GEILEN is 0', async () => {
    const hart = await hartIn('HS', { a1: ALL_ONES });
    for (const name of ['hie', 'hip', 'hgeie']) hart.step(`csrs ${name}, a1`);
    expect(hart.csr('hie') & (1n << 12n)).toBe(0n);
    expect(hart.csr('hip') & (1n << 12n)).toBe(0n);
    expect([hart.csr('hgeie'), hart.csr('hgeip')]).toEqual([0n, 0n]);
    hart.step('csrs hstatus, a1');
    expect((hart.csr('hstatus') >> 12n) & 0x3fn).toBe(0n);
  });
});

describe('hideleg', () => {
  it('keeps what it has while interrupts come and go', async () => {
    const hart = await hartIn('HS', { hideleg: VSTI, hvip: VS_INTERRUPTS });
    expect(hart.csr('vsip')).toBe(STI);
    hart.set({ hideleg: VSEI });
    expect(hart.csr('vsip')).toBe(SEI);
    expect(hart.csr('hip')).toBe(VS_INTERRUPTS);
  });
});
