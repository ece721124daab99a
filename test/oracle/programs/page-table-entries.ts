import { A, D, G, N, R, U, V, W, X } from '../../pte-bits.js';
import type { Random } from '../random.js';

export * from '../../pte-bits.js';

/** The physical page number's bits. */
export const NUMBER = ((1n << 44n) - 1n) << 10n;

export function entryFor(physical: bigint): bigint {
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
export type Use = 'data' | 'landing' | 'atomic';

const PERMISSIONS: Readonly<Record<Use, readonly bigint[]>> = {
  data: [R, R | W, R | W, R | X, R | W | X, X],
  landing: [R, X, X, R | X],
  atomic: [R | W, R | W | X],
};

function permissions(random: Random, use: Use): bigint {
  // Faults everywhere would hide what happens without.
  if (use === 'data' && random.oneIn(3)) return V | R | W | A | D | (random.oneIn(2) ? U : 0n);
  let bits = random.pick(PERMISSIONS[use]);
  if (use === 'data' && random.oneIn(24)) bits = random.pick([W, W | X]);
  if (!random.oneIn(16)) bits |= V;
  if (random.oneIn(2)) bits |= U;
  if (random.oneIn(4)) bits |= G;
  if (!random.oneIn(4)) bits |= A;
  if (!random.oneIn(4)) bits |= D;
  return bits;
}

export function leaf(random: Random, physical: bigint, use: Use): bigint {
  const base = entryFor(physical);
  // QEMU sets A and D before it sees that N is reserved here (see deviations).
  const reserved = random.oneIn(32) ? N | A | D : 0n;
  return base | permissions(random, use) | decoration(random) | reserved;
}

/** A 64 KiB page: N with 1000 as the number's low bits; anything else is reserved. */
export function napot(random: Random, physical: bigint, use: Use): bigint {
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

export function pointer(random: Random, table: bigint): bigint {
  return entryFor(table) | V | (BigInt(random.below(4)) << 8n);
}

/** A pointer with one of the bits that are reserved in it (Privileged 12.4.1), or not valid. */
export function oddPointer(random: Random, table: bigint): bigint {
  const odd = random.pick([A, D, U, N, 1n << 61n, 1n << 62n, 1n << 54n, 1n << 60n, V]);
  return (entryFor(table) | V) ^ odd;
}

/** A physical address where the board has nothing. */
export function nowhere(random: Random): bigint {
  return entryFor(random.pick([0x9000_0000n, 0x2_0000_0000n, 0xff_ffff_ffff_f000n]));
}
