import { describe, expect, it } from 'vitest';
import { type Machine, newCore } from './machine.js';
import { A, ALL, D, G, N, PageTables, R, V, W, X } from './page-tables.js';
import { call, create, RFENCE, SHUTDOWN } from './sbi-calls.js';
import { satpFor, spaceAt, TABLES } from './translated.js';

/** Where the fenced pages stand; their TLB entries are others than those of the program's pages. */
const BASE = 0x4010_0000n;
/** Two regions of 2 MiB, before and after the change of the tables. */
const BEFORE = 0x8040_0000n;
const AFTER = 0x8060_0000n;
const PAGE = 4096n;
const RAM_PAGES = 6n;

/** c.li a0, n; c.jr ra */
const FUNCTION = (n: number) => Uint8Array.of(0x01 | (n << 2), 0x45, 0x82, 0x80);
/** In each page: a byte to read, bytes to write, a function. */
const WRITTEN = 1024n;
const CALLED = 3072n;

/** All machines stand on one host, one after the other. */
const core = await newCore();

/** What the pages from BASE on are mapped by: pages, 64 KiB pages of Svnapot, or superpages. */
type Size = 'page' | 'napot' | 'superpage';

interface Setting {
  readonly size?: Size;
  readonly flags?: bigint;
  /** Pages from BASE on that the guest uses. */
  readonly probes: readonly number[];
  /** The program's own RAM, by pages, or by a gigapage, which the fences then must search for. */
  readonly gigapage?: boolean;
  readonly asid?: number;
}

const addressOf = (probe: number) => BASE + BigInt(probe) * PAGE;
/** Where a probe's page is in a region, at the place that it has within 2 MiB of its own. */
const pageIn = (region: bigint, probe: number) => region + (addressOf(probe) & 0x1f_ffffn);

/** Maps the probes' pages, or what is around them, to `region`. */
function map(tables: PageTables, { size, flags = ALL, probes }: Setting, region: bigint): void {
  for (const probe of probes) {
    const va = addressOf(probe);
    const pa = pageIn(region, probe);
    if (size === 'superpage') tables.map(va, region, flags, 1);
    else if (size === 'napot') tables.map(va, (pa & ~0xffffn) | 0x8000n, flags | N);
    else tables.map(va, pa, flags);
  }
}

/** Reads, writes and runs each probe's page; what was read and returned goes to `seen`. */
const sweep = (seen: string, written: number) => `
      la s2, probes
      la s3, ${seen}
      li s5, ${written}
1:    ld s4, 0(s2)
      beqz s4, 2f
      addi s2, s2, 8
      lbu t0, 0(s4)
      sb t0, 0(s3)
      li t1, ${WRITTEN}
      add t1, t1, s4
      sb s5, 0(t1)
      li t1, ${CALLED}
      add t1, t1, s4
      jalr t1
      sb a0, 1(s3)
      addi s3, s3, 2
      j 1b
2:
`;

/**
 * The probes whose entries `fence` dropped, in a hart that had read, write and fetch entries of all
 * of them when the tables changed; these three must agree.
 */
async function dropped(setting: Setting, fence: string): Promise<number[]> {
  const { probes, asid = 0 } = setting;
  const machine = await create(
    `li t0, ${satpFor(TABLES, asid)}
      csrw satp, t0
      ${sweep('seen_before', 1)}
changed:
      ${fence}
      ${sweep('seen_after', 2)}
      ${SHUTDOWN}
.balign 8
probes: ${probes.map((probe) => `.dword ${addressOf(probe)}`).join('\n')}
      .dword 0
seen_before: .zero ${2 * probes.length}
seen_after: .zero ${2 * probes.length}`,
    { core },
  );
  expect(machine.at('seen_after')).toBeLessThan(0x8000_0000n + (RAM_PAGES - 1n) * PAGE);
  const tables = setting.gigapage ? spaceAt(machine, TABLES) : pagesAt(machine);
  for (const probe of probes) {
    machine.ram.write(pageIn(BEFORE, probe), Uint8Array.of(1));
    machine.ram.write(pageIn(BEFORE, probe) + CALLED, FUNCTION(1));
    machine.ram.write(pageIn(AFTER, probe), Uint8Array.of(2));
    machine.ram.write(pageIn(AFTER, probe) + CALLED, FUNCTION(2));
  }
  map(tables, setting, BEFORE);
  machine.runTo('changed');
  map(new PageTables(machine.ram, TABLES), setting, AFTER);
  machine.finish();
  const old = machine.ram.read(machine.at('seen_before'), 2 * probes.length);
  expect([...old]).toEqual(probes.flatMap(() => [1, 1]));
  const seen = machine.ram.read(machine.at('seen_after'), 2 * probes.length);
  const changed = probes.filter((probe, n) => {
    const [stored] = machine.ram.read(pageIn(AFTER, probe) + WRITTEN, 1);
    const isNew = [seen[2 * n], seen[2 * n + 1], stored];
    expect([
      [1, 1, 0],
      [2, 2, 2],
    ]).toContainEqual(isNew);
    return stored === 2;
  });
  core.exports.vmDestroy(machine.vm);
  return changed;
}

/** Tables that map the program's first pages where they are, one by one. */
function pagesAt(machine: Machine): PageTables {
  const tables = new PageTables(machine.ram, TABLES);
  for (let n = 0n; n < RAM_PAGES; n += 1n) {
    tables.map(0x8000_0000n + n * PAGE, 0x8000_0000n + n * PAGE, ALL);
  }
  return tables;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const fence = (first: number, pages: number) =>
  call(RFENCE, 1, 1, 0, addressOf(first), pages * 4096);
const fenceAsid = (asid: number, first: number, pages: number) =>
  call(RFENCE, 2, 1, 0, addressOf(first), pages * 4096, asid);

describe.each([false, true])('a remote fence (SBI 8.2), superpages seen: %s,', (gigapage) => {
  const probes = range(0, 50);

  it.each([
    ['one page', fence(7, 1), [7]],
    ['a few', fence(7, 4), range(7, 11)],
    ['32', fence(3, 32), range(3, 35)],
    ['33', fence(3, 33), range(3, 36)],
    ['many', fence(3, 500), range(3, 50)],
    ['those before', fence(-100, 101), [0]],
    ['pages that a range meets by some bytes', call(RFENCE, 1, 1, 0, BASE + 0x2ffen, 4), [2, 3]],
    ['no page for no bytes', call(RFENCE, 1, 1, 0, BASE, 0), []],
    ['everything for start and size 0', call(RFENCE, 1, 1, 0, 0, 0), probes],
    ['everything for size −1', call(RFENCE, 1, 1, 0, BASE + 0x9000n, -1n), probes],
    ['everything for a range that wraps', call(RFENCE, 1, 1, 0, -4096n, 0x2000), probes],
    [
      'pages to the last byte there is',
      call(RFENCE, 1, 1, 0, BASE + 0x9000n, -BASE - 0x9000n),
      range(9, 50),
    ],
    ['nothing of other harts', call(RFENCE, 1, 0, 0, 0, 0), []],
  ])('drops exactly the pages named: %s', async (_, fenced, expected) => {
    expect(await dropped({ probes, gigapage }, fenced)).toEqual(expected);
  });

  it.each([
    ['its own', fenceAsid(5, 7, 4), range(7, 11)],
    ['its own, of many', fenceAsid(5, 7, 40), range(7, 47)],
    ['its own, of which 16 bits count', fenceAsid(0x1_0005, 7, 4), range(7, 11)],
    ['its own, all of it', call(RFENCE, 2, 1, 0, 0, 0, 5), probes],
    ['its own, size −1', call(RFENCE, 2, 1, 0, 0, -1n, 0x1_0005), probes],
    ['another', fenceAsid(6, 7, 4), []],
    ['another, all of it', call(RFENCE, 2, 1, 0, 0, 0, 6), []],
  ])('of an address space keeps to that: %s', async (_, fenced, expected) => {
    expect(await dropped({ probes, gigapage, asid: 5 }, fenced)).toEqual(expected);
  });

  it('of an address space leaves global pages, which others drop', async () => {
    const global = { probes, gigapage, asid: 5, flags: ALL | G };
    expect(await dropped(global, fenceAsid(5, 7, 4))).toEqual([]);
    expect(await dropped(global, fenceAsid(5, 7, 40))).toEqual([]);
    expect(await dropped(global, fence(7, 4))).toEqual(range(7, 11));
    expect(await dropped(global, fence(7, 40))).toEqual(range(7, 47));
  });
});

describe('a remote fence', () => {
  // The second superpage begins at probe 256, since BASE lies in the middle of the first.
  const probes = [...range(0, 20), ...range(270, 290)];
  const flags = V | R | W | X | A | D;

  it.each([
    ['a page of it', fence(100, 1), range(0, 20)],
    ['a page before BASE', fence(-256, 1), range(0, 20)],
    ['a page of the next', fence(767, 1), range(270, 290)],
    ['pages of both', fence(250, 10), probes],
    ['many pages', fence(100, 60), range(0, 20)],
    ['the page behind', fence(768, 40), []],
    ['the page before', fence(-257, 1), []],
    ['its address space', fenceAsid(0, 100, 1), range(0, 20)],
    ['another address space', fenceAsid(1, 100, 1), []],
  ])(
    'drops what was made from a superpage by any address in it: %s',
    async (_, fenced, expected) => {
      expect(await dropped({ probes, flags, size: 'superpage' }, fenced)).toEqual(expected);
    },
  );

  it('drops what was made from a 64 KiB page by any address in it (Svnapot)', async () => {
    const napot = { probes: range(0, 48), size: 'napot' } as const;
    expect(await dropped(napot, fence(20, 1))).toEqual(range(16, 32));
    expect(await dropped(napot, fence(31, 2))).toEqual(range(16, 48));
    expect(await dropped(napot, fence(-1, 1))).toEqual([]);
  });
});
