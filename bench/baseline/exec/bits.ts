/** Zbb and shifts on pairs (Unprivileged 28.4). */
import { pair } from '../pair.js';

/** Every byte that is not zero becomes 0xff. */
export function orBytes(value: number): number {
  const spread = (((value & 0x7f7f_7f7f) + 0x7f7f_7f7f) | value) & 0x8080_8080;
  // A set top bit stands for its byte: 0x80 becomes 0xff.
  return ((spread << 1) - (spread >>> 7)) | 0;
}

export function swapBytes(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

export function countOnes(value: number): number {
  let count = value - ((value >>> 1) & 0x5555_5555);
  count = (count & 0x3333_3333) + ((count >>> 2) & 0x3333_3333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

export function trailingZeros(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value);
}

/** Shifts take an amount below 64. */
export function shiftLeft(low: number, high: number, amount: number): number {
  if (amount >= 32) return pair(0, low << (amount - 32));
  return pair(low << amount, (high << amount) | ((low >>> 1) >>> (31 - amount)));
}

export function shiftRight(low: number, high: number, amount: number): number {
  if (amount >= 32) return pair(high >>> (amount - 32), 0);
  return pair((low >>> amount) | ((high << 1) << (31 - amount)), high >>> amount);
}

export function shiftRightSigned(low: number, high: number, amount: number): number {
  if (amount >= 32) return pair(high >> (amount - 32), high >> 31);
  return pair((low >>> amount) | ((high << 1) << (31 - amount)), high >> amount);
}

export function rotateRight(low: number, high: number, amount: number): number {
  const a = amount >= 32 ? high : low;
  const b = amount >= 32 ? low : high;
  const by = amount & 31;
  return pair((a >>> by) | ((b << 1) << (31 - by)), (b >>> by) | ((a << 1) << (31 - by)));
}

export function rotateRightWord(value: number, amount: number): number {
  return (value >>> amount) | (value << (32 - amount));
}
