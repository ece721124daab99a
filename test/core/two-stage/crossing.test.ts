import { beforeAll, describe, expect, it } from 'vitest';
import { ALL, N, PageTables, U } from '../page-tables.js';
import { GUEST } from './guests.js';
import { TABLES } from './places.js';
import { MACHINE_MODE, Rig } from './rig.js';
import { PLAIN } from './setting.js';

/** Two pages next to each other, whose second is missing in one of the stages. */
const VA = 0x4000_0000n;
const GPA = 0x9000_0000n;
const FRAME = 0x8040_0000n;
const NEXT = VA + 0x1000n;
const GUEST_TABLES = TABLES + 0x1_0000n;

let rig: Rig;
let guest: PageTables;
let second: PageTables;
beforeAll(async () => {
  rig = await Rig.create();
  const { ram } = rig.machine;
  second = new PageTables(ram, TABLES, undefined, 4n);
  guest = new PageTables(ram, GUEST_TABLES);
  for (let n = 0n; n < 8n; n++) {
    second.map(GUEST_TABLES + n * 0x1000n, GUEST_TABLES + n * 0x1000n, ALL | U);
  }
  rig.configure({ ...PLAIN, vsatp: guest.satp(), hgatp: second.satp() });
  rig.guestPrivilege = false;
});

/** Flags of the second page in either stage. */
function map(first: bigint, of: bigint): void {
  guest.map(VA, GPA, ALL);
  guest.map(NEXT, GPA + 0x5000n, first);
  second.map(GPA, FRAME, ALL | U);
  second.map(GPA + 0x5000n, FRAME + 0x1000n, of);
  rig.fence();
}

const hlv = (va: bigint) => rig.step(rig.machine.at('hlv.d'), MACHINE_MODE, va, 0n);

describe('an access across a page boundary (Privileged 15.5.2, 15.6.3)', () => {
  it('names the boundary and its guest-physical address when the second stage lacks the page', () => {
    map(ALL, 0n);
    // The transformed instruction has how far the boundary is in the place of rs1.
    expect(hlv(NEXT - 3n).trap).toMatchObject({
      cause: 21,
      tval: NEXT,
      tval2: (GPA + 0x5000n) >> 2n,
      tinst: 0x6c00_4573n | (3n << 15n),
      guestAddress: true,
    });
    const store = rig.step(rig.machine.at('hsv.d'), MACHINE_MODE, NEXT - 5n, -1n);
    expect(store.trap).toMatchObject({ cause: 23, tval: NEXT, tinst: 0x6ea0_4073n | (5n << 15n) });
    expect(rig.machine.ram.readU64(FRAME + 0xff8n)).toBe(0n);
  });

  it('names the boundary when the first stage lacks the page', () => {
    map(0n, ALL | U);
    expect(hlv(NEXT - 1n).trap).toMatchObject({ cause: 13, tval: NEXT, tval2: 0n });
  });

  it('reads both pages where they are', () => {
    map(ALL, ALL | U);
    rig.machine.ram.writeU64(FRAME + 0xff8n, 0x1122_3344_5566_7788n);
    rig.machine.ram.writeU64(FRAME + 0x1000n, 0x99aa_bbcc_ddee_ff00n);
    expect(hlv(NEXT - 4n)).toEqual({ trap: undefined, a0: 0xddee_ff00_1122_3344n });
    rig.machine.ram.writeU64(FRAME + 0xff8n, 0n);
  });

  it('names the boundary when it is an instruction that straddles it', () => {
    map(ALL, 0n);
    // The first half of `nop`, a word's.
    rig.machine.ram.writeU64(FRAME + 0xff8n, 0x0013_0000_0000_0000n);
    const { trap } = rig.step(NEXT - 2n, GUEST, 0n, 0n);
    rig.machine.ram.writeU64(FRAME + 0xff8n, 0n);
    expect(trap).toMatchObject({
      cause: 20,
      tval: NEXT,
      tval2: (GPA + 0x5000n) >> 2n,
      tinst: 0n,
      guestAddress: true,
      from: GUEST,
    });
    expect(rig.machine.csr('mepc')).toBe(NEXT - 2n);
  });

  it('of a Svnapot range of the second stage stays in it', () => {
    guest.map(VA, GPA + 0x1_3000n, ALL);
    for (let n = 0n; n < 16n; n++) {
      second.map(GPA + 0x1_0000n + n * 0x1000n, FRAME + 0x1_8000n, ALL | U | N);
    }
    rig.machine.ram.writeU64(FRAME + 0x1_3010n, 9n);
    rig.fence();
    expect(hlv(VA + 0x10n)).toEqual({ trap: undefined, a0: 9n });
  });
});
