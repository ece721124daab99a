/**
 * 64-bit values are pairs of 32-bit halves, both signed. A function that yields one returns the low half
 * and leaves the high half here, to be read before anything else is called.
 */
export let high = 0;

/** Yields a pair. */
export function pair(low: number, upper: number): number {
  high = upper;
  return low;
}

/** The value as a number; exact below 2^53. */
export function unsigned(low: number, upper: number): number {
  return (upper >>> 0) * 0x1_0000_0000 + (low >>> 0);
}

/** The low half of a non-negative integer, which a number holds exactly. */
export function lowOf(value: number): number {
  return value | 0;
}

/** The high half of a non-negative integer, which a number holds exactly. */
export function highOf(value: number): number {
  return (value / 0x1_0000_0000) | 0;
}

/** For the border only: a BigInt allocates. */
export function bigOf(low: number, upper: number): bigint {
  return (BigInt(upper >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Low half of a BigInt. */
export function bigLow(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

/** High half of a BigInt. */
export function bigHigh(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n));
}
