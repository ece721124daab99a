/** Pages of RAM below both stages: stamped when they change, and given frames when there are some. */
import { describe, expect, it } from 'vitest';
import { RAM_BASE } from '../../../src/core/abi.js';
import type { Core } from '../../../src/core/core.js';
import { MemoryShortageError } from '../../../src/core/errors.js';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { GuestMemory } from '../../../src/core/guest-memory.js';
import { Machine, newCore } from '../machine.js';
import { A, D, PageTables, R, U, V, W, X } from '../page-tables.js';
import { OFF } from '../program-parts.js';

const PAGES = 8;
const PAGE = 0x1000n;
const VIRTUAL = 0x4000_0000n;
/** The guest's tables, at the same addresses for it, and its pages, elsewhere. */
const GUEST_TABLES = 0x8010_0000n;
const GUEST_PAGES = 0x2000_0000n;
const FRAMES = 0x8018_0000n;
const HOST_TABLES = 0x8020_0000n;
/** No entry has A or D from the start. */
const FLAGS = V | R | W | X;

interface World {
  readonly machine: Machine;
  /** Places of the leaves of the guest's pages, in both stages. */
  readonly first: readonly bigint[];
  readonly second: readonly bigint[];
  /** Of the G-stage, for the guest's tables: the root, and the two below. */
  readonly tables: readonly bigint[];
}

/** A hypervisor that makes an access, by HLV or HSV, to the beginning of each of its guest's pages. */
async function world(access: string, core?: Core): Promise<World> {
  const program = `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 1 << 61
  csrw menvcfg, t0
  csrw henvcfg, t0
  li t0, 1 << 8
  csrw hstatus, t0
  li t0, ${(8n << 60n) | (GUEST_TABLES >> 12n)}
  csrw vsatp, t0
  li t0, ${(8n << 60n) | (1n << 44n) | (HOST_TABLES >> 12n)}
  csrw hgatp, t0
  li s0, ${VIRTUAL}
  li s1, ${PAGES}
  li s2, ${PAGE}
  li s3, -1
accesses:
  ${access}
  add s0, s0, s2
  addi s1, s1, -1
  bnez s1, accesses
end: ${OFF}`;
  const machine = await Machine.create(program, {
    cpu: 'rv64,h=on',
    ...(core === undefined ? {} : { core }),
  });
  const host = new PageTables(machine.ram, HOST_TABLES, undefined, 4n);
  const guest = new PageTables(machine.ram, GUEST_TABLES);
  const pages = Array.from({ length: PAGES }, (_, n) => BigInt(n) * PAGE);
  return {
    machine,
    first: pages.map((page) => guest.map(VIRTUAL + page, GUEST_PAGES + page, FLAGS)),
    second: pages.map((page) => host.map(GUEST_PAGES + page, FRAMES + page, FLAGS | U)),
    tables: [0n, 1n, 2n].map((n) => {
      const table = GUEST_TABLES + n * PAGE;
      return host.map(table, table, FLAGS | U);
    }),
  };
}

const pageOf = (address: bigint) => Number((address - RAM_BASE) / PAGE);

describe.each([
  ['load', 'hlv.d a0, (s0)', A],
  ['store', 'hsv.d s3, (s0)', A | D],
])('by a %s of a guest', (kind, access, bits) => {
  it('A and D are set in both stages, and each page that changed is stamped', async () => {
    const { machine, first, second, tables } = await world(access);
    machine.runTo('accesses');
    const epoch = machine.core.exports.vmBeginEpoch(machine.vm) >>> 0;
    machine.finish();
    const bitsOf = (slots: readonly bigint[]) => slots.map((slot) => machine.word(slot) & (A | D));
    expect(bitsOf(first)).toEqual(first.map(() => bits));
    expect(bitsOf(second)).toEqual(second.map(() => bits));
    // To set them in the guest's last table is a store of the G-stage, whatever the access is (15.5.1).
    expect(bitsOf(tables)).toEqual([A, A, A | D]);
    const frames = kind === 'store' ? first.map((_, n) => FRAMES + BigInt(n) * PAGE) : [];
    const changed = new Set([...first, ...second, ...tables, ...frames].map(pageOf));
    for (let page = 0; page < machine.ram.size / 4096; page++) {
      const stamped = machine.core.exports.vmPageEpoch(machine.vm, page) >>> 0 > epoch;
      expect([page, stamped]).toEqual([page, changed.has(page)]);
    }
  });
});

it('a page that finds no frame stops the run before the store, and it goes on when there is one', async () => {
  const store = 'hsv.d s3, (s0)';
  const { machine: ample } = await world(store);
  ample.finish();
  const core = await newCore(16 << 20);
  const { machine, first } = await world(store, core);
  const hog = core.createVm(32 << 20, 1, 0n, 0);
  const ram = new GuestMemory(core, hog, 32 << 20);
  expect(() => {
    for (let at = 0n; at < 32n << 20n; at += PAGE) ram.writeU64(RAM_BASE + at, 1n);
  }).toThrow(MemoryShortageError);
  expect(machine.run()).toBe(ExitReason.Memory);
  const stuck = machine.state();
  for (let n = 0; n < 3; n++) expect(machine.run()).toBe(ExitReason.Memory);
  expect(machine.state()).toEqual(stuck);
  expect(machine.pc()).toBe(machine.at('accesses'));
  expect(machine.word(first[1] ?? 0n) & (A | D)).toBe(0n);
  core.exports.vmDestroy(hog);
  machine.finish();
  expect(machine.state()).toEqual(ample.state());
  expect(machine.steps).toBe(ample.steps);
});
