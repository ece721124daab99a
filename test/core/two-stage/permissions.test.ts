import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { A, ALL, D, leaf, R, U, V, W, X } from '../page-tables.js';
import type { Setting } from './model.js';
import { TABLES } from './places.js';
import { fenceLabel, type Instruction } from './program.js';
import { MACHINE_MODE, type Mode, Rig } from './rig.js';
import { PLAIN } from './setting.js';

/** Gigapages: VA of 2 GiB, by guest-physical address of 1 GiB, to RAM. */
const VA = 0x8030_0000n;
const ROOT = TABLES;
const SECOND_ROOT = TABLES + 0x4000n;

const SETTING: Setting = {
  ...PLAIN,
  vsatp: (8n << 60n) | (ROOT >> 12n),
  hgatp: (8n << 60n) | (SECOND_ROOT >> 12n),
};
const BARE: Partial<Setting> = { vsatp: 0n };

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});

/** Leaves of the two stages; the guest's tables are where they are. */
function map(first: bigint, second: bigint): void {
  const { ram } = rig.machine;
  ram.writeU64(ROOT + 16n, leaf(0x4000_0000n, first));
  ram.writeU64(SECOND_ROOT + 8n, leaf(0x8000_0000n, second));
  ram.writeU64(SECOND_ROOT + 16n, leaf(0x8000_0000n, ALL | U));
}

/** The cause of the trap that the access ends in. */
function access(
  instruction: Instruction,
  more: Partial<Setting> = {},
  user = false,
  data?: Mode,
): number | undefined {
  rig.configure({ ...SETTING, ...more });
  rig.guestPrivilege = user;
  const va = more.vsatp === 0n ? VA - 0x4000_0000n : VA;
  return rig.step(rig.machine.at(instruction), MACHINE_MODE, va, 0n, data).trap?.cause;
}

beforeEach(() => rig.fence());

it('HFENCE.GVMA of any address of a gigapage closes it (Privileged 15.3.2)', () => {
  map(ALL, ALL | U);
  expect(access('hlv.d')).toBeUndefined();
  rig.machine.ram.writeU64(SECOND_ROOT + 8n, 0n);
  expect(access('hlv.d')).toBeUndefined();
  rig.setX('a2', 0n);
  const fence = rig.machine.at(fenceLabel('hfence.gvma', true, true));
  rig.step(fence, MACHINE_MODE, 0x4fff_f000n >> 2n, 0n);
  expect(access('hlv.d')).toBe(21);
});

describe('what is in the TLB opens nothing to another access (Privileged 15.3.1, 15.5)', () => {
  const LEAF = V | A | D;

  it('HS-level MXR opens both stages while it is set', () => {
    map(LEAF | X, LEAF | X | U);
    expect(access('hlv.d', { mxr: true })).toBeUndefined();
    expect(access('hlv.d')).toBe(13);
    expect(access('hlv.d', { guestMxr: true })).toBe(21);
    expect(access('hlv.d', { mxr: true })).toBeUndefined();
  });

  it('HS-level MXR opens the second stage while it is set, whatever vsstatus.MXR is', () => {
    map(LEAF | R | X, LEAF | X | U);
    expect(access('hlv.d', { mxr: true, guestMxr: true })).toBeUndefined();
    expect(access('hlv.d', { guestMxr: true })).toBe(21);
  });

  it('HS-level MXR opens the second stage alone', () => {
    map(0n, LEAF | X | U);
    expect(access('hlv.d', { ...BARE, mxr: true })).toBeUndefined();
    expect(access('hlv.d', BARE)).toBe(21);
    expect(access('hlv.d', { ...BARE, guestMxr: true })).toBe(21);
  });

  it('HLVX reads what HLV may not, and the other way round', () => {
    map(LEAF | X, LEAF | X | U);
    expect(access('hlvx.wu')).toBeUndefined();
    expect(access('hlv.d')).toBe(13);
    map(LEAF | R | W, LEAF | R | W | X | U);
    rig.fence();
    expect(access('hlv.d')).toBeUndefined();
    expect(access('hlvx.wu')).toBe(13);
    expect(access('hsv.d')).toBeUndefined();
  });

  it('vsstatus.SUM, not sstatus.SUM, opens a user’s page to VS-mode', () => {
    map(ALL | U, ALL | U);
    expect(access('hlv.d', { guestSum: true })).toBeUndefined();
    expect(access('hlv.d', { sum: true })).toBe(13);
    expect(access('hlv.d', {}, true)).toBeUndefined();
    expect(access('hlv.d')).toBe(13);
  });

  it('a supervisor’s page is none of VU-mode', () => {
    map(ALL, ALL | U);
    expect(access('hlv.d')).toBeUndefined();
    expect(access('hlv.d', {}, true)).toBe(13);
    expect(access('ld', {}, false, { privilege: 0, virtual: true })).toBe(13);
    expect(access('ld', {}, false, { privilege: 1, virtual: true })).toBeUndefined();
  });

  it('a page of the second stage without U is nobody’s', () => {
    map(ALL, ALL);
    expect(access('hlv.d')).toBe(21);
    expect(access('hlv.d', { sum: true, guestSum: true })).toBe(21);
  });

  it('MPRV without MPV is an access of the hart’s own', () => {
    map(ALL, ALL | U);
    expect(access('hlv.d')).toBeUndefined();
    // Without satp the address is that of RAM, which holds zero there.
    rig.machine.ram.writeU64(VA, 5n);
    const own: Mode = { privilege: 1, virtual: false };
    const { trap, a0 } = rig.step(rig.machine.at('ld'), MACHINE_MODE, VA, 0n, own);
    expect([trap, a0]).toEqual([undefined, 5n]);
  });
});
