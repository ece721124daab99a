import { describe, expect, it } from 'vitest';
import { A, ALL, D, leaf, R, U, V, W, X } from '../page-tables.js';
import { type Access, type Outcome, type Setting, type TableMemory, translate } from './model.js';
import { guestRead, PLAIN } from './setting.js';

/** Memory in which all may be read and written, tables written as `address: entry`. */
function memoryOf(words: Map<bigint, bigint>): TableMemory {
  return {
    read: (physical) => words.get(physical) ?? 0n,
    mayUpdate: () => true,
    update: (physical, entry) => void words.set(physical, entry),
    allows: () => true,
  };
}

const READ = guestRead(0n);

/** An address space of 4 KiB pages whose tables follow one another; the last entry maps address 0. */
function chain(words: Map<bigint, bigint>, root: bigint, levels: number, last: bigint): void {
  for (let n = 0n; n < BigInt(levels); n++) {
    const next = root + (n === 0n ? 0x4000n : (n + 4n) * 0x1000n);
    words.set(root + (n === 0n ? 0n : (n + 3n) * 0x1000n), n + 1n < levels ? leaf(next, V) : last);
  }
}

/** Walks address 0 through `levels` of either stage, all tables of the guest on one of its pages each. */
function walkOf(mode: number, guestMode: number, words: Map<bigint, bigint>): Outcome {
  const atp = (of: number, root: bigint) => (of === 0 ? 0n : (BigInt(of) << 60n) | (root >> 12n));
  return translate(
    memoryOf(words),
    { ...PLAIN, vsatp: atp(mode, 0n), hgatp: atp(guestMode, 0x10_0000n) },
    { ...READ, va: 0x123n },
  );
}

describe('the model reads as many entries as the specification lets it', () => {
  it.each([
    [8, 8, 15],
    [9, 9, 24],
    [10, 10, 35],
    [8, 0, 3],
    [0, 8, 3],
    [0, 10, 5],
    [10, 8, 23],
    [0, 0, 0],
  ])('vsatp.MODE %i over hgatp.MODE %i: %i', (mode, guestMode, expected) => {
    const words = new Map<bigint, bigint>();
    const levels = mode === 0 ? 0 : mode - 5;
    if (mode !== 0) chain(words, 0n, levels, leaf(0x9000n, ALL));
    if (guestMode !== 0) {
      chain(words, 0x10_0000n, guestMode - 5, 0n);
      // The last table, as far as guest-physical addresses go here, maps them as they are.
      const last = 0x10_0000n + BigInt(guestMode - 5 + 2) * 0x1000n;
      for (let n = 0n; n < 16n; n++) words.set(last + n * 8n, leaf(n * 0x1000n, ALL | U));
    }
    const outcome = walkOf(mode, guestMode, words);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.reads).toHaveLength(expected);
    expect(outcome.physical).toBe(mode === 0 ? 0x123n : 0x9123n);
  });
});

describe('the model', () => {
  /** Sv39 by gigapages: address 0 to 1 GiB and, at the second stage, to 2 GiB. */
  const GIGA = 1n << 30n;
  const ROOT = 3n * GIGA;
  const setting: Setting = {
    ...PLAIN,
    vsatp: (8n << 60n) | (ROOT >> 12n),
    hgatp: (8n << 60n) | (0x10_0000n >> 12n),
  };
  const tables = (first: bigint, second: bigint, ofTables = ALL | U) =>
    new Map([
      [0x1000n, leaf(GIGA, first)],
      [0x10_0008n, leaf(2n * GIGA, second)],
      [0x10_0018n, leaf(0n, ofTables)],
      [0n, leaf(GIGA, first)],
    ]);
  const run = (words: Map<bigint, bigint>, access: Partial<Access> = {}, more = {}) =>
    translate(memoryOf(words), { ...setting, ...more }, { ...READ, va: 8n, ...access });

  it('sets A and D where they are asked for, in both stages', () => {
    const words = tables(V | R | W, V | R | W | U, V | R | W | U);
    expect(run(words, { kind: 'write' }).physical).toBe(2n * GIGA + 8n);
    expect([0n, 0x10_0008n, 0x10_0018n].map((at) => (words.get(at) ?? 0n) & (A | D))).toEqual([
      A | D,
      A | D,
      A | D,
    ]);
  });

  it('names the write to the guest’s tables that the second stage forbids', () => {
    const failure = run(tables(V | R | W, ALL | U, V | R | A | U)).failure;
    expect(failure).toMatchObject({ type: 'guest-page', cause: 21, implicit: 'write', level: 2 });
    expect(failure?.guestPhysical).toBe(ROOT);
  });

  it.each<[string, bigint, bigint, Partial<Access>, Partial<Setting>, number | undefined]>([
    ['X alone', V | X | A, ALL | U, {}, {}, 13],
    ['X alone under vsstatus.MXR', V | X | A, ALL | U, {}, { guestMxr: true }, undefined],
    ['X alone at the second stage', ALL, V | X | A | U, {}, { guestMxr: true }, 21],
    ['X alone under sstatus.MXR', V | X | A, V | X | A | U, {}, { mxr: true }, undefined],
    ['R for HLVX', V | R | A, ALL | U, { executable: true }, { mxr: true }, 13],
    ['X for HLVX', V | X | A, V | X | A | U, { executable: true }, {}, undefined],
    ['no U at the second stage', ALL, ALL, {}, {}, 21],
    ['U for VS-mode', ALL | U, ALL | U, {}, { sum: true }, 13],
    ['U for VS-mode under vsstatus.SUM', ALL | U, ALL | U, {}, { guestSum: true }, undefined],
    ['U for a fetch under SUM', ALL | U, ALL | U, { kind: 'fetch' }, { guestSum: true }, 12],
    ['A clear without henvcfg.ADUE', V | R, ALL | U, {}, { guestUpdates: false }, 13],
    ['A clear without menvcfg.ADUE', ALL, V | R | U, {}, { updates: false }, 21],
  ])('%s', (_, first, second, access, more, cause) => {
    expect(run(tables(first, second), access, more).failure?.cause).toBe(cause);
  });

  it('gives MXR no say about the guest’s own tables', () => {
    const failure = run(tables(ALL, ALL | U, V | X | A | U), {}, { mxr: true }).failure;
    expect(failure).toMatchObject({ type: 'guest-page', implicit: 'read', guestPhysical: ROOT });
  });
});
