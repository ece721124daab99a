import { A, D, G, N, R, U, V, W, X } from '../../pte-bits.js';
import { entryFor, nowhere, oddPointer } from '../programs/page-table-entries.js';
import type { Random } from '../random.js';

export { entryFor };

export type Stage = 'guest' | 'supervisor';

/** What a table's entry says, and what may be compared of accesses through it. */
export interface Leaf {
  readonly entry: bigint;
  /** Whether AMOs and SC may go through it: QEMU looks up loads first (see deviations). */
  readonly modifiable: boolean;
  /** Whether tables behind it may be updated: QEMU does not ask the G-stage again (see deviations). */
  readonly writable: boolean;
  /** Whether tables may be looked for through it at all (see deviations). */
  readonly walkable: boolean;
}

const PERMISSIONS = [R, R | W, R | W, R | X, R | W | X, R | W | X, X, W, W | X];

/** A leaf with everything allowed. */
export function soundLeaf(random: Random, stage: Stage, target: bigint, user?: boolean): Leaf {
  const forUser = stage === 'guest' || (user ?? random.oneIn(2)) ? U : 0n;
  const rest = (BigInt(random.below(4)) << 8n) | V | R | W | X | A | D;
  return leafOf(entryFor(target) | rest | forUser);
}

/** A leaf with permissions of all kinds, and now and then reserved bits. */
export function randomLeaf(random: Random, stage: Stage, target: bigint): Leaf {
  let entry = entryFor(target) | random.pick(PERMISSIONS) | (BigInt(random.below(4)) << 8n);
  if (!random.oneIn(16)) entry |= V;
  if (stage === 'guest' ? !random.oneIn(12) : random.oneIn(2)) entry |= U;
  if (random.oneIn(6)) entry |= G;
  if (!random.oneIn(4)) entry |= A;
  if (!random.oneIn(4)) entry |= D;
  if (random.oneIn(8)) entry |= BigInt(random.between(1, 3)) << 61n;
  if (random.oneIn(32)) entry |= 1n << BigInt(random.between(54, 60));
  // QEMU sets A and D before it sees that N is reserved here (see deviations).
  if (random.oneIn(32)) entry |= N | A | D;
  return leafOf(entry);
}

/** A leaf of a superpage whose number is not a multiple of its size. */
export function misalignedLeaf(random: Random, target: bigint, level: number): Leaf {
  const odd = 1n << BigInt(random.between(12, 11 + 9 * level));
  return leafOf(entryFor(target | odd) | V | R | W | X | A | D | (random.oneIn(4) ? 0n : U));
}

/** An entry that leads nowhere: a bad pointer, or one to where the board has nothing. */
export function badPointer(random: Random, table: bigint): Leaf {
  if (random.oneIn(2)) return leafOf(oddPointer(random, table));
  return { ...leafOf(nowhere(random) | V), walkable: false };
}

/** The 64 KiB page's leaf, which stands in 16 entries; anything but 1000 is reserved. */
export function napotLeaf(random: Random, stage: Stage, target: bigint): Leaf {
  const low = random.oneIn(4) ? random.below(16) : 8;
  const { entry } = random.oneIn(2)
    ? soundLeaf(random, stage, target & -0x1_0000n)
    : randomLeaf(random, stage, target & -0x1_0000n);
  return leafOf(entry | N | (BigInt(low) << 10n) | (low === 8 ? 0n : A | D));
}

export function leafOf(entry: bigint): Leaf {
  const all = R | W | D;
  return {
    entry,
    modifiable: (entry & V) === 0n || (entry & all) === all,
    writable: (entry & V) === 0n || (entry & R) === 0n || (entry & (W | A | D)) === (W | A | D),
    walkable: (entry & V) === 0n || (entry & R) !== 0n || (entry & X) === 0n,
  };
}
