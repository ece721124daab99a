import type { Random } from '../random.js';

/**
 * Data is made of half-words that are no instruction (quadrant 0, function 100), so that a jump into it traps
 * at once. OR, AND, minima and maxima of such numbers are such numbers again.
 */
export const harmless = (random: Random) => 0x8000 | (random.below(2048) << 2);

/** Eight bytes of data. */
export function data(random: Random): bigint {
  let value = 0n;
  for (let i = 0; i < 4; i++) value = (value << 16n) | BigInt(harmless(random));
  return value;
}

/** A byte of data for an address. */
export function dataByte(random: Random, address: bigint): bigint {
  const half = harmless(random);
  return BigInt(address & 1n ? half >> 8 : half & 0xff);
}
