import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { A, ALL, D, leaf, R, U, V, W, X } from '../core/page-tables.js';
import {
  ADDRESS,
  FRAMES,
  GUEST,
  indexAt,
  PAGE,
  type TwoStages,
  twoStages,
  VS_TABLES,
} from './two-stages.js';

const SV39 = 8n << 60n;
const PHYSICAL = PAGE - GUEST + FRAMES + (ADDRESS & 0xfffn);
/** Bits of menvcfg and henvcfg. */
const _ADUE = 1n << 61n;

let stages: TwoStages;
beforeEach(async () => {
  stages = await twoStages();
});
afterEach(() => stages[Symbol.asyncDispose]());
const walk = (options = {}) => stages.vm.debugger.walk(0, ADDRESS, options);

describe('a walk that faults says why', () => {
  it.each<[reason: string, cause: number, entry: bigint, options?: object]>([
    ['entry 12 is not valid', 13, leaf(PAGE, (ALL | U) & ~V)],
    ['entry 12 may be written and not read, which is reserved', 13, leaf(PAGE, V | W | U)],
    ['entry 12 has reserved bits set', 13, leaf(PAGE, ALL | U) | (1n << 54n)],
    ['entry 12 is no page, and there is no further level', 13, leaf(PAGE, V)],
    ['entry 12 is not for users', 13, leaf(PAGE, ALL)],
    ['entry 12 may not be read', 13, leaf(PAGE, V | X | U | A | D)],
    ['entry 12 may not be written', 15, leaf(PAGE, V | R | U | A | D), { access: 'write' }],
    ['entry 12 may not be executed', 12, leaf(PAGE, V | R | U | A | D), { access: 'fetch' }],
    ['entry 12 has A clear', 13, leaf(PAGE, (ALL | U) & ~A)],
    ['entry 12 has D clear', 15, leaf(PAGE, (ALL | U) & ~D), { access: 'write' }],
    [
      'entry 12 is for users, and SUM is clear',
      13,
      leaf(PAGE, ALL | U),
      { regime: 'virtualSupervisor' },
    ],
    [
      'entry 12 is for users only',
      12,
      leaf(PAGE, ALL | U),
      { access: 'fetch', regime: 'virtualSupervisor' },
    ],
  ])('%s', async (reason, cause, entry, options) => {
    stages.setEntry(0, entry);
    expect((await walk(options)).outcome).toMatchObject({ kind: 'fault', cause, reason });
  });

  it('of a superpage that is not aligned, and of a pointer with A set', async () => {
    stages.setEntry(1, leaf(GUEST + 0x1000n, ALL | U));
    expect((await walk()).outcome).toMatchObject({
      reason: 'entry 8 is a superpage that is not aligned',
    });
    stages.setEntry(1, leaf(VS_TABLES[2], V | A));
    expect((await walk()).outcome).toMatchObject({
      reason: 'entry 8 leads to a table and has D, A or U set',
    });
  });

  it('of the G-stage, for an entry of the VS-stage and for the address', async () => {
    stages.setGuestEntry(VS_TABLES[1], leaf(FRAMES + 0x1000n, V | X | U | A | D));
    const entry = await walk({ access: 'fetch' });
    expect(entry.outcome).toMatchObject({
      cause: 20,
      guestPhysical: VS_TABLES[1] + 8n * indexAt(1),
      reason: 'entry 7 may not be read',
    });
    expect(entry.guestPhysical).toBeUndefined();
    stages.setGuestEntry(VS_TABLES[1], leaf(FRAMES + 0x1000n, ALL | U));
    stages.setGuestEntry(PAGE, leaf(PHYSICAL, ALL));
    expect(await walk()).toMatchObject({
      guestPhysical: PAGE + (ADDRESS & 0xfffn),
      outcome: {
        cause: 21,
        reason: 'entry 15 is not for users, as whom the G-stage takes everyone',
      },
    });
  });

  it('of addresses with too many bits, of either stage', async () => {
    const far = await stages.vm.debugger.walk(0, 1n << 40n);
    expect(far.entries).toEqual([]);
    expect(far.outcome).toMatchObject({
      cause: 13,
      reason: 'the upper bits of the address are not all alike',
    });
    stages.setEntry(0, leaf(1n << 41n, ALL | U));
    expect(await walk()).toMatchObject({
      guestPhysical: (1n << 41n) + (ADDRESS & 0xfffn),
      outcome: {
        cause: 21,
        reason: 'the guest-physical address has more bits than the tables translate',
      },
    });
  });

  it('of tables that are not in RAM', async () => {
    await stages.set({ hgatp: SV39 | 0x4n });
    expect((await walk()).outcome).toEqual({
      kind: 'fault',
      cause: 5,
      fault: 'load access fault',
      reason: 'a table is not in RAM, or PMP forbids to read or change it',
    });
  });
});
