/** More address spaces of guests than a hart's TLB knows at once (mmu/context). */
import { describe, expect, it } from 'vitest';
import { outcome } from '../busy.js';
import { ALL, PageTables, U } from '../page-tables.js';
import { SPV, SPVP } from './fields.js';
import { DATA, type Hart, hartIn } from './hart.js';

const VA = 0x4000_0000n;
const GPA = 0x5000_0000n;
const OWN_TABLES = 0x8040_0000n;
const STEPS = 6000n;

/** A hart in HS-mode with tables of its own; at VA the guest has 1, HS-mode 2. */
async function twoWorlds(): Promise<Hart> {
  const hart = await hartIn('HS', { hstatus: SPVP, medeleg: -1, a1: VA });
  const { guest, host } = hart.translate();
  guest.map(VA, GPA, ALL);
  host.map(GPA, DATA, ALL | U);
  const own = new PageTables(hart.machine.ram, OWN_TABLES);
  own.map(0x8000_0000n, 0x8000_0000n, ALL, 1);
  own.map(VA, DATA + 0x1000n, ALL);
  hart.machine.ram.writeU64(DATA, 1n);
  hart.machine.ram.writeU64(DATA + 0x1000n, 2n);
  hart.set({
    satp: own.satp(),
    a2: hart.csr('vsatp'),
    a3: 1n << 44n,
    a4: hart.csr('hgatp'),
    s1: 1,
    s2: 2,
  });
  return hart;
}

/** s0 counts the turns in which both worlds saw what is theirs; the program stands still after another. */
const CHECK = `
      bne t0, s1, 9f
      bne t1, s2, 9f
      addi s0, s0, 1
      j 1b
9:    j 9b`;

describe.each([
  [
    'ASIDs of one virtual machine, looked into by HLV',
    `
1:    csrw vsatp, a2
      add a2, a2, a3
      hlv.d t0, (a1)
      ld t1, 0(a1)
      ${CHECK}`,
  ],
  [
    'virtual machines, looked into by HLV',
    `
1:    csrw hgatp, a4
      add a4, a4, a3
      hlv.d t0, (a1)
      ld t1, 0(a1)
      ${CHECK}`,
  ],
  [
    'virtual machines, entered',
    `
      la a5, 2f
      la a6, 3f
      csrw stvec, a6
      li a7, ${SPV | SPVP}
      li s3, 1 << 8
1:    csrw hgatp, a4
      add a4, a4, a3
      csrs hstatus, a7
      csrs sstatus, s3
      csrw sepc, a5
      sret
2:    ld t0, 0(a1)
      ecall
.balign 4
3:    ld t1, 0(a1)
      ${CHECK}`,
  ],
])('%s', (_, program) => {
  const run = async (cut: bigint) => {
    const hart = (await twoWorlds()).load(program);
    while (hart.machine.steps < STEPS) {
      const left = STEPS - hart.machine.steps;
      hart.machine.run(left < cut ? left : cut);
    }
    const seen = { ...outcome(hart.machine), mode: hart.mode };
    return { hart, seen };
  };

  it('each see what they map, by the hundred', async () => {
    const { hart } = await run(STEPS);
    // Each turn has a context of its own; there are 192.
    expect(hart.x('s0')).toBeGreaterThan(400n);
    expect(hart.machine.counter('missRead')).toBeGreaterThan(400);
  });

  it('do so at the same steps however the budget is cut', async () => {
    const { seen } = await run(STEPS);
    for (const cut of [1n, 13n, 1000n]) expect((await run(cut)).seen).toEqual(seen);
  });
});
