import { type Image, ORIGIN } from '../code.js';
import type { Random } from '../random.js';
import { DATA_PAGES, PAGE, TABLES } from './block.js';

const GIB = 1n << 30n;
const MEGAPAGE = 1n << 21n;

/** PTE bits (Privileged 12.4.1, 12.5). */
const V = 1n;
const R = 2n;
const W = 4n;
const X = 8n;
const U = 16n;
const G = 32n;
const A = 64n;
const D = 128n;
const N = 1n << 63n;

/** The physical page number's bits. */
const NUMBER = ((1n << 44n) - 1n) << 10n;

/** S-mode finds RAM at its physical address, U-mode here: both always mapped, with all permissions. */
const ALIAS = 0x1_0000_0000n;

/** Page tables of the block, by level: the page at TABLES + PAGE × number. */
const TABLE = { sv57: 0, sv48: 1, sv39: 2, middle: 3, data: 4, landing: 5, atomic: 6 } as const;

/** Indices in the tables; those of the Sv39 root keep clear of the board's devices, as addresses. */
const GIGA = {
  identity: 2,
  alias: 4,
  data: 5,
  misaligned: 6,
  landing: 7,
  middle: 8,
  odd: 9,
  high: 511,
};
const MEGA = {
  data: 0,
  landing: 1,
  superpage: 2,
  executable: 3,
  misaligned: 4,
  odd: 5,
  nowhere: 6,
  atomic: 7,
};
const HUGE = { next: 0, data: 1, misaligned: 2, landing: 3, odd: 4, high: 511 };

export const SCHEMES = ['bare', 'sv39', 'sv48', 'sv57'] as const;
export type Scheme = (typeof SCHEMES)[number];
const SATP_MODE = { bare: 0n, sv39: 8n, sv48: 9n, sv57: 10n } as const;

/** What a program can address: a place is where the block's first byte would be. */
export interface AddressSpace {
  readonly data: readonly bigint[];
  readonly landing: readonly bigint[];
  /** Where AMOs are compared. */
  readonly atomic: readonly bigint[];
}

/** satp for the block's tables; Bare takes no table and no ASID (Privileged 12.1.11). */
export function satp(block: number, scheme: Scheme, asid: number): bigint {
  if (scheme === 'bare') return 0n;
  const root = BigInt(ORIGIN + block + TABLES + PAGE * TABLE[scheme]) >> 12n;
  return (SATP_MODE[scheme] << 60n) | (BigInt(asid) << 44n) | root;
}

/** Where U-mode finds a physical address of RAM. */
export function userAddress(physical: number, scheme: Scheme): bigint {
  return scheme === 'bare' ? BigInt(physical) : BigInt(physical) + ALIAS - BigInt(ORIGIN);
}

/** The places that the scheme maps, or nearly maps. */
export function addressSpace(block: number, scheme: Scheme): AddressSpace {
  const physical = BigInt(ORIGIN + block);
  if (scheme === 'bare') return { data: [physical], landing: [physical], atomic: [physical] };
  const inGiga = physical & (GIB - 1n);
  const inMega = physical & (MEGAPAGE - 1n);
  const places = (base: bigint) => ({
    data: [
      base + BigInt(MEGA.data) * MEGAPAGE,
      base + BigInt(MEGA.data) * MEGAPAGE,
      ...[MEGA.superpage, MEGA.misaligned].map((index) => base + BigInt(index) * MEGAPAGE + inMega),
      ...[MEGA.odd, MEGA.nowhere].map((index) => base + BigInt(index) * MEGAPAGE),
    ],
    landing: [
      base + BigInt(MEGA.landing) * MEGAPAGE,
      base + BigInt(MEGA.executable) * MEGAPAGE + inMega,
      base + BigInt(MEGA.nowhere) * MEGAPAGE,
    ],
  });
  const width = { sv39: 39n, sv48: 48n, sv57: 57n }[scheme];
  const top = (1n << 64n) - GIB;
  const low = places(BigInt(GIGA.middle) * GIB);
  const high = places(top);
  const giga = (index: number) => BigInt(index) * GIB + inGiga;
  const window = (base: bigint) => base + BigInt(MEGA.atomic) * MEGAPAGE;
  const alias = physical + ALIAS - BigInt(ORIGIN);
  const start = BigInt(GIGA.middle) * GIB;
  const atomic = [...[start, start, top].map(window), physical, alias, physical | (1n << 63n)];
  const data = [...low.data, ...low.data, ...high.data, ...[GIGA.data, GIGA.misaligned].map(giga)];
  const landing = [...low.landing, ...high.landing, giga(GIGA.landing)];
  data.push(BigInt(GIGA.odd) * GIB, physical, alias);
  // Bits above the scheme's width must equal its highest one.
  data.push(low.data[0] ?? 0n, (low.data[0] ?? 0n) | (1n << width), physical | (1n << 63n));
  landing.push(physical, alias, giga(GIGA.landing) | (1n << width));
  for (const [level, bits] of [
    ['sv48', 39n],
    ['sv57', 48n],
  ] as const) {
    if (width < 48n || (level === 'sv57' && scheme !== 'sv57')) continue;
    for (const index of [HUGE.data, HUGE.misaligned, HUGE.odd]) {
      data.push((BigInt(index) << bits) + physical);
    }
    landing.push((BigInt(HUGE.landing) << bits) + physical);
  }
  return { data, landing, atomic };
}

/**
 * Fills the block's tables with leaves of all kinds, sound and unsound.
 *
 * @param guarded physical memory protection may refuse data
 */
export function writeTables(image: Image, block: number, random: Random, guarded: boolean): void {
  const physical = BigInt(ORIGIN + block);
  const set = (table: number, index: number, entry: bigint) =>
    image.set64(block + TABLES + PAGE * table + 8 * index, entry);
  const at = (table: number) => physical + BigInt(TABLES + PAGE * table);

  const regular = random.oneIn(3);
  for (let i = 0; i < 16; i++) {
    const page = BigInt(regular ? i : random.below(DATA_PAGES));
    set(TABLE.data, i, last(leaf(random, physical + page * BigInt(PAGE), 'data')));
    const same = physical + BigInt(i * PAGE);
    set(TABLE.landing, i, last(leaf(random, same, 'landing')));
    set(TABLE.atomic, i, settled(last(leaf(random, same, 'atomic'))));
  }
  // A pointer on the last level faults; higher up it would lead into what is no table.
  function last(entry: bigint): bigint {
    return random.oneIn(32) ? entry & ~(R | W | X) : entry;
  }
  // All entries of a NAPOT range must be alike (Svnapot).
  if (random.oneIn(3)) fill(random.pick(['data', 'landing', 'atomic'] as const));
  function fill(use: Use): void {
    const entry =
      use === 'atomic' ? settled(napot(random, physical, use)) : napot(random, physical, use);
    for (let i = 0; i < 16; i++) set(TABLE[use], i, entry);
  }

  set(TABLE.middle, MEGA.atomic, pointer(random, at(TABLE.atomic)));
  // An AMO on a page that is not dirty: with ADUE it becomes so, else faults; QEMU would report any fault of
  // the load instead.
  function settled(entry: bigint): bigint {
    const inside = ((entry & NUMBER) << 2n) - (physical & -0x1_0000n);
    return guarded || inside < 0n || inside >= BigInt(TABLES) ? entry | D : entry;
  }

  const mega = physical & -MEGAPAGE;
  set(TABLE.middle, MEGA.data, pointer(random, at(TABLE.data)));
  set(TABLE.middle, MEGA.landing, pointer(random, at(TABLE.landing)));
  set(TABLE.middle, MEGA.superpage, leaf(random, mega, 'data'));
  set(TABLE.middle, MEGA.executable, leaf(random, mega, 'landing'));
  set(TABLE.middle, MEGA.misaligned, leaf(random, physical | 0x1000n, 'data'));
  set(TABLE.middle, MEGA.odd, oddPointer(random, at(TABLE.data)));
  set(TABLE.middle, MEGA.nowhere, nowhere(random) | V);

  const giga = BigInt(ORIGIN);
  set(TABLE.sv39, GIGA.identity, entryFor(giga) | V | R | W | X | A | D);
  set(TABLE.sv39, GIGA.alias, entryFor(giga) | V | R | W | X | U | A | D);
  set(TABLE.sv39, GIGA.data, leaf(random, giga, 'data'));
  set(TABLE.sv39, GIGA.landing, leaf(random, giga, 'landing'));
  set(TABLE.sv39, GIGA.misaligned, leaf(random, giga | MEGAPAGE, 'data'));
  set(TABLE.sv39, GIGA.middle, pointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.odd, oddPointer(random, at(TABLE.middle)));
  set(TABLE.sv39, GIGA.high, pointer(random, at(TABLE.middle)));
  for (const [table, next] of [
    [TABLE.sv48, TABLE.sv39],
    [TABLE.sv57, TABLE.sv48],
  ] as const) {
    set(table, HUGE.next, pointer(random, at(next)));
    set(table, HUGE.high, pointer(random, at(next)));
    set(table, HUGE.data, leaf(random, 0n, 'data'));
    set(table, HUGE.landing, leaf(random, 0n, 'landing'));
    set(table, HUGE.misaligned, leaf(random, giga, 'data'));
    set(table, HUGE.odd, oddPointer(random, at(next)));
  }
}

function entryFor(physical: bigint): bigint {
  return (physical >> 12n) << 10n;
}

/** The upper bits and RSW, which hardware ignores or, now and then, must refuse. */
function decoration(random: Random): bigint {
  let bits = BigInt(random.below(4)) << 8n;
  if (random.oneIn(6)) bits |= BigInt(random.between(1, 3)) << 61n;
  if (random.oneIn(24)) bits |= 1n << BigInt(random.between(54, 60));
  return bits;
}

/**
 * What a page is for. Landing pages are never written. What AMOs may reach is never readable without
 * being writable: QEMU looks up the load first and reports its fault, where the store's is due.
 */
type Use = 'data' | 'landing' | 'atomic';

const PERMISSIONS: Readonly<Record<Use, readonly bigint[]>> = {
  data: [R, R | W, R | W, R | X, R | W | X, X],
  landing: [R, X, X, R | X],
  atomic: [R | W, R | W | X],
};

function permissions(random: Random, use: Use): bigint {
  let bits = random.pick(PERMISSIONS[use]);
  if (use === 'data' && random.oneIn(24)) bits = random.pick([W, W | X]);
  if (!random.oneIn(16)) bits |= V;
  if (random.oneIn(2)) bits |= U;
  if (random.oneIn(4)) bits |= G;
  if (!random.oneIn(4)) bits |= A;
  if (!random.oneIn(4)) bits |= D;
  return bits;
}

function leaf(random: Random, physical: bigint, use: Use): bigint {
  const base = random.oneIn(24) ? nowhere(random) : entryFor(physical);
  // QEMU sets A and D before it sees that N is reserved here (see deviations).
  const reserved = random.oneIn(32) ? N | A | D : 0n;
  return base | permissions(random, use) | decoration(random) | reserved;
}

/** A 64 KiB page: N with 1000 as the number's low bits; anything else is reserved. */
function napot(random: Random, physical: bigint, use: Use): bigint {
  const low = BigInt(random.oneIn(4) ? random.below(16) : 8) << 10n;
  const reserved = low === 8n << 10n ? 0n : A | D;
  return (
    entryFor(physical & -0x1_0000n) |
    low |
    N |
    reserved |
    permissions(random, use) |
    decoration(random)
  );
}

function pointer(random: Random, table: bigint): bigint {
  const global = random.oneIn(8) ? G : 0n;
  return entryFor(table) | V | global | (BigInt(random.below(4)) << 8n);
}

/** A pointer with one of the bits that are reserved in it (Privileged 12.4.1), or not valid. */
function oddPointer(random: Random, table: bigint): bigint {
  const odd = random.pick([A, D, U, N, 1n << 61n, 1n << 62n, 1n << 54n, 1n << 60n, V]);
  return (entryFor(table) | V) ^ odd;
}

/** A physical address where the board has nothing. */
function nowhere(random: Random): bigint {
  return entryFor(random.pick([0x9000_0000n, 0x2_0000_0000n, 0xff_ffff_ffff_f000n]));
}
