import { ORIGIN } from '../code.js';
import { PAGE, TABLES } from './block.js';

export const GIB = 1n << 30n;
export const MEGAPAGE = 1n << 21n;

/** S-mode finds RAM at its physical address, U-mode here: both always mapped, with all permissions. */
export const ALIAS = 0x1_0000_0000n;

/** Page tables of the block, by level: the page at TABLES + PAGE × number. */
export const TABLE = {
  sv57: 0,
  sv48: 1,
  sv39: 2,
  middle: 3,
  data: 4,
  landing: 5,
  atomic: 6,
  otherRoot: 7,
  otherMiddle: 8,
  otherData: 9,
  ownMiddle: 10,
  own: 11,
  identity: 12,
  alias: 13,
} as const;

/** Indices in the tables; those of the Sv39 root keep clear of the board's devices, as addresses. */
export const GIGA = {
  identity: 2,
  alias: 4,
  data: 5,
  misaligned: 6,
  landing: 7,
  middle: 8,
  odd: 9,
  own: 10,
  high: 511,
};
export const MEGA = {
  data: 0,
  landing: 1,
  superpage: 2,
  executable: 3,
  misaligned: 4,
  odd: 5,
  nowhere: 6,
  atomic: 7,
};
export const HUGE = { next: 0, data: 1, misaligned: 2, landing: 3, odd: 4, high: 511 };

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

/** ASIDs below this see the block's first address space, others, in Sv39, its second. */
export const OTHER_ASIDS = 4;

/** satp for the block's tables; Bare takes no table and no ASID (Privileged 12.1.11). */
export function satp(block: number, scheme: Scheme, asid: number): bigint {
  if (scheme === 'bare') return 0n;
  const table = scheme === 'sv39' && asid >= OTHER_ASIDS ? TABLE.otherRoot : TABLE[scheme];
  const root = BigInt(ORIGIN + block + TABLES + PAGE * table) >> 12n;
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
  const own = BigInt(GIGA.own) * GIB;
  const data = [
    own,
    own,
    own,
    ...low.data,
    ...low.data,
    ...high.data,
    ...[GIGA.data, GIGA.misaligned].map(giga),
  ];
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
