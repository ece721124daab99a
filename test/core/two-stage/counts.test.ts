import { beforeAll, describe, expect, it } from 'vitest';
import { ALL, PageTables, U } from '../page-tables.js';
import { MACHINE_MODE, Rig } from './rig.js';
import { guestRead, PLAIN } from './setting.js';

const DATA = 0x8040_0000n;
const VA = 0x1234_5000n;
const GUEST_TABLES = 0x8020_0000n;
const SECOND_TABLES = 0x8010_0000n;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});

/** Tables of 4 KiB pages all the way, in these modes; Bare has none. */
function prepare(mode: number, guestMode: number): void {
  const { ram } = rig.machine;
  ram.write(SECOND_TABLES, new Uint8Array(0x2_0000));
  ram.write(GUEST_TABLES, new Uint8Array(0x1_0000));
  const guest = new PageTables(ram, GUEST_TABLES, mode || undefined);
  const second = new PageTables(ram, SECOND_TABLES, guestMode || undefined, 4n);
  for (let n = 0n; n < 5n; n++) {
    const page = GUEST_TABLES + n * 0x1000n;
    second.map(page, page, ALL | U);
  }
  second.map(mode === 0 ? VA : DATA, DATA, ALL | U);
  guest.map(VA, DATA, ALL);
  rig.configure({
    ...PLAIN,
    vsatp: mode === 0 ? 0n : guest.satp(),
    hgatp: guestMode === 0 ? 0n : second.satp(),
  });
  rig.guestPrivilege = false;
  rig.fence();
}

/** Entries that a load by HLV at `va` reads, of both stages. */
function readsOf(va: bigint): [number, number] {
  const before = rig.tableReads;
  const { trap } = rig.step(rig.machine.at('hlv.d'), MACHINE_MODE, va, 0n);
  expect(trap).toBeUndefined();
  const after = rig.tableReads;
  return [after[0] - before[0], after[1] - before[1]];
}

describe('a cold walk reads what the worst case needs and no more, a hit reads none', () => {
  const levels = (mode: number) => (mode === 0 ? 0 : mode - 5);
  const all = [0, 8, 9, 10].flatMap((mode) => [0, 8, 9, 10].map((guest) => [mode, guest] as const));

  it.each(all.filter(([mode, guest]) => mode + guest > 0))('MODE %i over %i', (mode, guestMode) => {
    prepare(mode, guestMode);
    const [first, second] = [levels(mode), levels(guestMode)];
    const va = mode === 0 && guestMode === 0 ? DATA : VA;
    const total = first * (second + 1) + second;
    expect(rig.look(guestRead(va)).reads).toHaveLength(total);
    expect(readsOf(va)).toEqual([first, first * second + second]);
    expect(readsOf(va + 8n)).toEqual([0, 0]);
  });

  it.each([
    ['Sv39 over Sv39x4', 8, 15],
    ['Sv48 over Sv48x4', 9, 24],
    ['Sv57 over Sv57x4', 10, 35],
  ])('%s: %i, %i entries', (_, mode, total) => {
    prepare(mode, mode);
    const [first, second] = readsOf(VA);
    expect(first + second).toBe(total);
  });

  it('a superpage of either stage saves the levels below it', () => {
    prepare(8, 8);
    const { ram } = rig.machine;
    new PageTables(ram, SECOND_TABLES, undefined, 4n).map(0x8000_0000n, 0x8000_0000n, ALL | U, 2);
    rig.fence();
    expect(readsOf(VA)).toEqual([3, 4]);
    new PageTables(ram, GUEST_TABLES).map(0n, 0x8000_0000n, ALL, 2);
    rig.fence();
    expect(readsOf(0x40_0000n)).toEqual([1, 2]);
  });
});
