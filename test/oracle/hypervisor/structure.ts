import { A, D, R, U, V, W, X } from '../../pte-bits.js';
import { BARE, type Root, widthOf } from './address-space.js';
import { maskOf } from './tables.js';

/** Reads eight bytes of a physical address; nothing where there is no memory. */
export type Reader = (physical: bigint) => bigint | undefined;

/** Where a walk ended, whatever the leaf it found permits. */
export interface End {
  /** `leaf`, an entry that leads no further, a table that is nowhere, or an address that no table takes. */
  readonly kind: 'leaf' | 'entry' | 'nowhere' | 'width' | 'bare';
  /** The level of the last entry that was read, or was to be. */
  readonly level: number;
  /** The address of that entry, in the space that the tables are in. */
  readonly place: bigint;
  /** What a leaf translates the address to. */
  readonly target: bigint;
}

const NUMBER = (1n << 44n) - 1n;
const UPPER = 0x3ffn << 54n;

/** The scheme and the root table that satp, vsatp or hgatp names. */
export function rootOf(atp: bigint): { readonly root: Root; readonly table: bigint } {
  const mode = Number(atp >> 60n);
  return { root: mode === 0 ? BARE : ((mode - 6) as Root), table: (atp & NUMBER) << 12n };
}

/** Follows an address down the tables by their shape alone: for the coverage, not for the comparison. */
export function follow(atp: bigint, address: bigint, guest: boolean, read: Reader): End {
  const { root, table } = rootOf(atp);
  if (root === BARE) return { kind: 'bare', level: BARE, place: 0n, target: address };
  const width = widthOf(root, guest);
  const fits = guest
    ? address >> BigInt(width) === 0n
    : BigInt.asUintN(64, BigInt.asIntN(width, address)) === address;
  if (!fits) return { kind: 'width', level: root, place: 0n, target: 0n };
  let at = table;
  for (let level: number = root; ; level--) {
    const bits = BigInt(9 + (guest && level === root ? 2 : 0));
    const index = (address >> BigInt(12 + 9 * level)) & ((1n << bits) - 1n);
    const place = at + 8n * index;
    const entry = read(place);
    if (entry === undefined) return { kind: 'nowhere', level, place, target: 0n };
    const number = ((entry >> 10n) & NUMBER) << 12n;
    if (entry & (R | X) && entry & V) {
      const below = maskOf(level);
      return { kind: 'leaf', level, place, target: (number & ~below) | (address & below) };
    }
    const pointer = (entry & (V | W | A | D | U | UPPER)) === V;
    if (!pointer || level === 0) return { kind: 'entry', level, place, target: 0n };
    at = number;
  }
}
