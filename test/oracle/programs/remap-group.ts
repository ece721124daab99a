import { encode, ORIGIN } from '../code.js';
import type { Random } from '../random.js';
import { GIB, GIGA, HUGE, MEGA, MEGAPAGE, type Scheme, TABLE } from './address-space.js';
import { DATA_PAGES, PAGE, TABLES } from './block.js';
import { constant, type Group, REGISTERS } from './groups.js';
import { G, leaf } from './page-table-entries.js';
import type { StartState } from './start-state.js';

/** A leaf that programs may change. */
interface Target {
  readonly table: number;
  readonly index: number;
  /** What the leaf maps, and where the block's first byte is through it. */
  readonly physical: bigint;
  readonly place: bigint;
  /** The only page that a leaf of 4 KiB maps. */
  readonly page?: number;
  /** Whether no other address leads through it, so that a fence may name this one. */
  readonly unique: boolean;
}

function targets(random: Random, block: number, scheme: Scheme): Target[] {
  const physical = BigInt(ORIGIN + block);
  const giga = {
    table: TABLE.sv39,
    index: GIGA.data,
    physical: BigInt(ORIGIN),
    place: BigInt(GIGA.data) * GIB + (physical & (GIB - 1n)),
    unique: true,
  };
  const mega = {
    table: TABLE.middle,
    index: MEGA.superpage,
    physical: physical & -MEGAPAGE,
    place:
      BigInt(GIGA.middle) * GIB + BigInt(MEGA.superpage) * MEGAPAGE + (physical & (MEGAPAGE - 1n)),
    unique: false,
  };
  const huge = (table: number, bits: bigint) => ({
    table,
    index: HUGE.data,
    physical: 0n,
    place: (BigInt(HUGE.data) << bits) + physical,
    unique: true,
  });
  const page = random.between(1, DATA_PAGES - 2);
  const own = {
    table: TABLE.own,
    index: page,
    physical: physical + BigInt(random.below(DATA_PAGES) * PAGE),
    place: BigInt(GIGA.own) * GIB,
    page,
    unique: true,
  };
  switch (scheme) {
    case 'bare':
      return [];
    case 'sv39':
      return [own, own, own, giga, mega];
    case 'sv48':
      return [own, own, own, giga, mega, huge(TABLE.sv48, 39n)];
    case 'sv57':
      return [own, own, own, giga, mega, huge(TABLE.sv57, 48n)];
  }
}

/**
 * Uses a page, changes its page table entry, fences, and uses it again (Privileged 12.2.1). The fence names no
 * more than it must: the address where only one leads there, the ASID where only one was used.
 */
export function remap(random: Random, block: number, state: StartState): Group {
  const choices = targets(random, block, state.scheme);
  if (choices.length === 0) return { words: [encode('sfence.vma')] };
  const { table, index, physical, place, page, unique } = random.pick(choices);
  const within = page ?? random.between(1, DATA_PAGES - 2);
  const address = place + BigInt(within * PAGE + (random.below(PAGE) & -8));
  const use = () => [
    ...constant(30, address),
    random.oneIn(2)
      ? encode('ld', { rd: random.pick(REGISTERS.free), rs1: 30 })
      : encode('sd', { rs1: 30, rs2: random.pick(REGISTERS.free) }),
  ];
  const entry = leaf(random, physical, 'data') & ~G;
  const byAddress = unique && random.oneIn(2);
  const byAsid = state.steady && unique && random.oneIn(2);
  const inFence = (address & -4096n) + BigInt(random.below(PAGE));
  return {
    words: [
      ...(random.oneIn(4) ? [] : use()),
      ...constant(30, BigInt(ORIGIN + block + TABLES + PAGE * table + 8 * index)),
      ...constant(31, BigInt.asIntN(64, entry)),
      encode('sd', { rs1: 30, rs2: 31 }),
      ...(byAddress ? constant(30, inFence) : []),
      ...(byAsid ? constant(31, BigInt(state.asid)) : []),
      encode('sfence.vma', { rs1: byAddress ? 30 : 0, rs2: byAsid ? 31 : 0 }),
      ...use(),
    ],
  };
}
