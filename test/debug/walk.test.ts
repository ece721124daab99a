import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { walkFigure } from '../../src/debug/walk-figure.js';
import { A, ALL, D, leaf, N, U, W } from '../core/page-tables.js';
import { COUNTING, startProgram } from './program.js';
import {
  ADDRESS,
  FRAMES,
  GUEST,
  HGATP,
  indexAt,
  PAGE,
  type TwoStages,
  twoStages,
  VS_TABLES,
} from './two-stages.js';

const SV39 = 8n << 60n;
const PHYSICAL = PAGE - GUEST + FRAMES + (ADDRESS & 0xfffn);
/** Bits of menvcfg and henvcfg. */
const ADUE = 1n << 61n;

let stages: TwoStages;
beforeEach(async () => {
  stages = await twoStages();
});
afterEach(() => stages[Symbol.asyncDispose]());
const walk = (options = {}) => stages.vm.debugger.walk(0, ADDRESS, options);

describe('a walk of two stages', () => {
  it('reads 15 entries of Sv39 over Sv39x4, in the order of the manual’s figure', async () => {
    const { entries, outcome, ...rest } = await walk();
    expect(outcome).toEqual({ kind: 'translated', physical: PHYSICAL });
    expect(rest).toEqual({
      hart: 0,
      address: ADDRESS,
      access: 'read',
      regime: 'virtualUser',
      firstStage: { register: 'vsatp', scheme: 'Sv39', levels: 3, space: 12, root: GUEST },
      guestStage: {
        register: 'hgatp',
        scheme: 'Sv39x4',
        levels: 3,
        space: 5,
        root: (HGATP << 12n) & 0xffff_ffffn,
      },
      guestPhysical: PAGE + (ADDRESS & 0xfffn),
    });
    expect(entries.map(({ number, stage, level }) => [number, stage, level])).toEqual(
      Array.from({ length: 15 }, (_, n) => [
        n + 1,
        n % 4 === 3 ? 'first' : 'guest',
        n % 4 === 3 ? 2 - (n - 3) / 4 : 2 - (n % 4),
      ]),
    );
    expect(entries[7]).toMatchObject({
      serves: 'address',
      index: Number(indexAt(1)),
      address: VS_TABLES[1] + 8n * indexAt(1),
      physical: VS_TABLES[1] - GUEST + FRAMES + 8n * indexAt(1),
      kind: 'table',
      target: VS_TABLES[2],
    });
    expect(entries[6]).toMatchObject({ serves: 'entry', kind: 'page', pageSize: 4096 });
    expect(entries[14]).toMatchObject({
      serves: 'address',
      kind: 'page',
      flags: { valid: true, read: true, write: true, execute: true, user: true, global: false },
    });
  });

  it('changes nothing: no table, no counter, no register', async () => {
    stages.setEntry(0, leaf(PAGE, (ALL | U) & ~(A | D)));
    await stages.set({ menvcfg: ADUE, henvcfg: ADUE });
    const { counts } = stages.vm;
    const { outcome } = await walk({ access: 'write' });
    expect(outcome.kind).toBe('translated');
    expect(stages.vm.counts).toEqual(counts);
    const at = VS_TABLES[2] - GUEST + FRAMES + 8n * indexAt(0);
    expect(stages.vm.ram.readU64(at)).toBe(leaf(PAGE, (ALL | U) & ~(A | D)));
  });

  it('shows the walk of the G-stage by which A and D are set', async () => {
    stages.setEntry(0, leaf(PAGE, (ALL | U) & ~D));
    await stages.set({ menvcfg: ADUE, henvcfg: ADUE });
    const { entries } = await walk({ access: 'write' });
    expect(entries.slice(12).map(({ serves }) => serves)).toEqual([
      ...['update', 'update', 'update'],
      ...['address', 'address', 'address'],
    ]);
    stages.setGuestEntry(VS_TABLES[2], leaf(FRAMES + 0x2000n, (ALL | U) & ~W));
    const failed = await walk({ access: 'write' });
    expect(failed.guestPhysical).toBeUndefined();
    expect(failed.outcome).toEqual({
      kind: 'fault',
      cause: 23,
      fault: 'store guest-page fault',
      guestPhysical: VS_TABLES[2] + 8n * indexAt(0),
      reason: 'entry 15 may not be written',
    });
  });

  it('tells superpages of both stages', async () => {
    stages.setEntry(1, leaf(0x1000_0000n, ALL | U));
    const { entries, outcome } = await walk();
    expect(entries).toHaveLength(11);
    expect(entries[7]).toMatchObject({ kind: 'page', pageSize: 2 << 20 });
    // The page is far behind what the G-stage maps.
    expect(outcome).toMatchObject({ cause: 21, reason: 'entry 11 is not valid' });
    stages.setEntry(1, leaf(GUEST + 0x20_0000n, ALL | U));
    stages.guest.map(GUEST + 0x20_0000n, FRAMES, ALL | U, 1);
    const gibibyte = await walk();
    expect(gibibyte.entries.at(-1)).toMatchObject({ stage: 'guest', level: 1, pageSize: 2 << 20 });
    expect(gibibyte.outcome.kind).toBe('translated');
  });

  it('tells pages of 64 KiB', async () => {
    stages.setEntry(0, leaf(GUEST + 0x8000n, ALL | U) | N);
    const { entries, guestPhysical } = await walk();
    expect(entries[11]).toMatchObject({ pageSize: 65536, target: GUEST });
    expect(guestPhysical).toBe(GUEST + (ADDRESS & 0xffffn));
  });

  it('has no entries of a stage that is Bare', async () => {
    await stages.set({ vsatp: 0n });
    const straight = await stages.vm.debugger.walk(0, GUEST + 5n);
    expect(straight.entries.map(({ stage, serves }) => `${stage} ${serves}`)).toEqual([
      ...['guest address', 'guest address', 'guest address'],
    ]);
    expect(straight).toMatchObject({ guestPhysical: GUEST + 5n, firstStage: { scheme: 'Bare' } });
    await stages.set({ hgatp: 0n });
    const nothing = await stages.vm.debugger.walk(0, 0x8000_1234n);
    expect(nothing.entries).toEqual([]);
    expect(nothing.outcome).toEqual({ kind: 'translated', physical: 0x8000_1234n });
  });
});

describe('the regime of a walk', () => {
  it('is that of the hart’s own accesses', async () => {
    expect((await walk()).regime).toBe('virtualUser');
    await stages.set({ priv: 1n });
    expect((await walk()).regime).toBe('virtualSupervisor');
    await stages.set({ virt: 0n });
    expect((await walk()).regime).toBe('supervisor');
    await stages.set({ priv: 3n });
    expect(await walk()).toMatchObject({
      regime: 'machine',
      entries: [],
      outcome: { physical: ADDRESS },
    });
  });

  it('heeds MPRV, MPP and MPV for loads and stores', async () => {
    // MPRV, MPV, MPP 0.
    await stages.set({ priv: 3n, mstatus: (1n << 17n) | (1n << 39n) });
    expect((await walk()).regime).toBe('virtualUser');
    expect((await walk()).entries).toHaveLength(15);
    expect((await walk({ access: 'fetch' })).regime).toBe('machine');
  });

  it('can be another, of one stage', async () => {
    const tables = 0x8030_0000n;
    stages.vm.ram.writeU64(tables + 16n, leaf(0x8000_0000n, ALL));
    await stages.set({ satp: SV39 | (tables >> 12n) });
    const single = await stages.vm.debugger.walk(0, 0x8000_1234n, { regime: 'supervisor' });
    expect(single).toMatchObject({
      firstStage: { register: 'satp', scheme: 'Sv39', space: 0, root: tables },
      entries: [{ stage: 'first', level: 2, index: 2, pageSize: 1 << 30, physical: tables + 16n }],
      outcome: { physical: 0x8000_1234n },
    });
    expect(single.guestStage).toBeUndefined();
    expect(single.guestPhysical).toBeUndefined();
    expect(walkFigure(single)).toBe(`hart 0 reads 0x0000000080001234 in S-mode

  satp   Sv39    ASID 0, root table at 0x80300000

    # stage level index  at             entry               flags     leads to
    1 S         2     2  0x80300010     0x00000000200000cf  DA..XWRV  page 0x80000000, 1 GiB

0x0000000080001234 is physical 0x80001234: 1 entry read, page of 1 GiB
`);
  });

  it('is refused where the harts lack it', async () => {
    await using plain = await startProgram(COUNTING, { paused: true });
    const { debugger: inspector } = plain.vm;
    await inspector.pause();
    await expect(inspector.walk(0, 0n, { regime: 'virtualUser' })).rejects.toThrow(
      "the harts have no regime 'virtualUser'; right would be a CPU model with h=on",
    );
    await expect(inspector.walk(1, 0n)).rejects.toThrow('the VM has no hart 1');
    await expect(inspector.writeRegister(0, 'virt', 1n)).rejects.toThrow('lack the hypervisor');
  });
});

it('virt follows the mode that there is', async () => {
  const { debugger: inspector } = stages.vm;
  await expect(inspector.writeRegister(0, 'virt', 2n)).rejects.toThrow('virt cannot be 2');
  await stages.set({ priv: 3n });
  expect(await inspector.readRegister(0, 'virt')).toBe(0n);
  await expect(inspector.writeRegister(0, 'virt', 1n)).rejects.toThrow(
    'in M-mode; write priv first',
  );
});

it('the figure has 100 columns at most, and numbers what it reads', async () => {
  stages.setEntry(0, leaf(PAGE, (ALL | U) & ~D));
  await stages.set({ menvcfg: ADUE, henvcfg: ADUE });
  const figure = walkFigure(await walk({ access: 'write' }));
  const lines = figure.split('\n');
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
  const numbers = [...figure.matchAll(/^ {2}(?:│ {2}|╰─▶) *(\d+) /gm)].map(([, number]) => number);
  expect(numbers).toEqual(Array.from({ length: 18 }, (_, n) => `${n + 1}`));
  expect(lines.filter((line) => line.includes('╭─'))).toEqual([
    ...[2, 1, 0].map((level) => {
      const place = (VS_TABLES[2 - level] ?? 0n) + 8n * indexAt(level);
      return `  ╭─ entry ${indexAt(level)} of the level ${level} table, at guest-physical 0x${place.toString(16)}`;
    }),
    `  ╭─ A or D to be set in entry 12, at guest-physical 0x${(VS_TABLES[2] + 8n * indexAt(0)).toString(16)}`,
    `  ╭─ the address itself, at guest-physical 0x${(PAGE + (ADDRESS & 0xfffn)).toString(16)}`,
  ]);
  expect(figure).toContain('  ╰─▶12 VS        0 ');
  expect(figure).toContain(
    `is physical 0x${PHYSICAL.toString(16)}: 18 entries read, page of 4 KiB, G-stage page of 4 KiB\n`,
  );
});
