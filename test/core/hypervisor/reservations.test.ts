/** LR and SC in a guest, and across the changes of worlds (Unprivileged 14.2). */
import { describe, expect, it } from 'vitest';
import { A, ALL, D, R, U, V, W } from '../page-tables.js';
import { LOAD_GUEST_PAGE, SPV, STORE_GUEST_PAGE } from './fields.js';
import { DATA, hartIn, VECTORS } from './hart.js';

const VA = 0x4000_0000n;
const GPA = 0x5000_0000n;

async function guestWithPage(hostFlags = ALL | U) {
  const hart = await hartIn('VS', { medeleg: -1, a1: VA, a2: 7 });
  const { guest, host } = hart.translate();
  guest.map(VA, GPA, ALL);
  host.map(GPA, DATA, hostFlags);
  return hart;
}

describe('LR and SC with both stages', () => {
  it('succeed together, once', async () => {
    const hart = await guestWithPage();
    hart.load('lr.d a0, (a1); sc.d s0, a2, (a1); sc.d s1, a2, (a1)');
    for (let n = 0; n < 3; n++) expect(hart.go()).toBeUndefined();
    expect([hart.x('s0'), hart.x('s1'), hart.machine.word(DATA)]).toEqual([0n, 1n, 7n]);
  });

  it('need a page that the G-stage lets be read, and written', async () => {
    const none = await guestWithPage(0n);
    expect(none.step('lr.w a0, (a1)')).toMatchObject({ cause: LOAD_GUEST_PAGE, tval: VA });
    none.mode = 'VS';
    expect(none.step('sc.w a0, a2, (a1)')).toMatchObject({ cause: STORE_GUEST_PAGE, tval: VA });
    const clean = await guestWithPage(V | R | W | A | U);
    expect(clean.step('lr.w a0, (a1)')).toBeUndefined();
    expect(clean.step('sc.w a0, a2, (a1)')).toMatchObject({ cause: STORE_GUEST_PAGE });
    expect(clean.csr('htval')).toBe(GPA >> 2n);
    expect(clean.machine.word(DATA)).toBe(0n);
  });

  it('hold on a frame, whatever address names it', async () => {
    const hart = await guestWithPage();
    const { guest, host } = hart.translate();
    guest.map(VA + 0x1000n, GPA + 0x1000n, ALL);
    host.map(GPA + 0x1000n, DATA, V | R | W | A | D | U);
    hart.set({ a3: VA + 0x1000n });
    hart.load('lr.d a0, (a1); sc.d s0, a2, (a3)');
    hart.go();
    hart.go();
    expect([hart.x('s0'), hart.machine.word(DATA)]).toEqual([0n, 7n]);
  });
});

describe('a world switch between LR and SC', () => {
  it('to HS-mode and back makes SC fail', async () => {
    const hart = await guestWithPage();
    hart.load('csrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret', VECTORS.HS);
    hart.load('lr.d a0, (a1); ecall; sc.d s0, a2, (a1)');
    for (let n = 0; n < 7; n++) hart.go();
    expect([hart.mode, hart.x('s0'), hart.machine.word(DATA)]).toEqual(['VS', 1n, 0n]);
  });

  it('by SRET into a guest makes its SC fail, at the same physical address', async () => {
    const hart = await guestWithPage();
    hart.mode = 'HS';
    hart.set({ a1: DATA, a3: VA, hstatus: SPV, mstatus: 1n << 8n, sepc: 0x8000_1008n });
    hart.load('lr.d a0, (a1); sret; sc.d s0, a2, (a3)');
    for (let n = 0; n < 3; n++) expect(hart.go()).toBeUndefined();
    expect([hart.mode, hart.x('s0'), hart.machine.word(DATA)]).toEqual(['VS', 1n, 0n]);
  });
});
