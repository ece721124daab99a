/** Physical memory of the property tests: which parts there are, and what PMA and PMP let be done in them. */
import { RAM_BASE } from '../../../src/core/abi.js';
import type { Kind } from './model.js';

export const RAM_SIZE = 16 << 20;
/** Where tables are drawn, 16 KiB aligned: few pages, so that tables share and loop. */
export const TABLES = 0x8010_0000n;
export const TABLE_PAGES = 48;
/** A device's registers, no place for tables. */
export const DEVICE = 0x0c00_0000n;
/** Nobody's, up to the highest physical address. */
export const NOWHERE = 0xff_0000_0000_0000n;

/** A range of 64 KiB that a PMP entry of its own covers. */
interface Guarded {
  readonly base: bigint;
  readonly allowed: readonly Kind[];
}

export const GUARDED_SIZE = 0x1_0000n;
export const GUARDED: readonly Guarded[] = [
  // The program that makes the accesses, so that no case changes it.
  { base: RAM_BASE, allowed: ['read', 'fetch'] },
  { base: 0x8060_0000n, allowed: [] },
  { base: 0x8061_0000n, allowed: ['read'] },
  { base: 0x8062_0000n, allowed: ['fetch'] },
  { base: 0x8063_0000n, allowed: ['read', 'fetch'] },
];

const PERMISSION: Readonly<Record<Kind, bigint>> = { read: 1n, write: 2n, fetch: 4n };
const NAPOT = 3n << 3n;

/** pmpcfg0, and pmpaddr0 and on, that guard the ranges from S- and U-mode; pmpcfg2 opens the rest. */
export const PMP_CONFIG = GUARDED.reduce(
  (config, { allowed }, n) =>
    config | ((NAPOT | allowed.reduce((all, kind) => all | PERMISSION[kind], 0n)) << BigInt(8 * n)),
  0n,
);
export const PMP_ADDRESSES = GUARDED.map(({ base }) => (base >> 2n) | ((GUARDED_SIZE >> 3n) - 1n));

export const isRam = (physical: bigint): boolean =>
  physical >= RAM_BASE && physical < RAM_BASE + BigInt(RAM_SIZE);

/** Whether S- and U-mode, and walks, may do this at an address of RAM. */
export function isAllowed(physical: bigint, kind: Kind): boolean {
  if (!isRam(physical)) return false;
  const guarded = GUARDED.find(({ base }) => physical >= base && physical < base + GUARDED_SIZE);
  return guarded === undefined || guarded.allowed.includes(kind);
}
