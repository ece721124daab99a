import {
  exponentOf,
  type Format,
  isInfinite,
  isNotANumber,
  isZero,
  significandOf,
  signOf,
} from './format.js';
import { fromNaN, invalid } from './nan.js';
import { bitLength, round } from './rounding.js';

/** The square root of a, rounded once; the flags are raised. */
export function squareRoot(format: Format, a: bigint, mode: number): bigint {
  if (isNotANumber(format, a)) return fromNaN(format, a, a);
  if (isZero(format, a)) return a;
  if (signOf(format, a) !== 0) return invalid(format);
  if (isInfinite(format, a)) return a;

  // The radicand is so wide that its root has the precision and a bit or two, its exponent even.
  const significand = significandOf(format, a);
  let shift = 2 * format.precision + 2 - bitLength(significand);
  let exponent = exponentOf(format, a) - shift;
  if ((exponent & 1) !== 0) {
    shift++;
    exponent--;
  }
  const radicand = significand << BigInt(shift);
  const root = floorRoot(radicand);
  const sticky = root * root === radicand ? 0n : 1n;
  return round(format, 0, exponent / 2 - 1, (root << 1n) | sticky, mode);
}

/** The whole part of a root below 2^55, which native arithmetic misses by a few units at most. */
function floorRoot(radicand: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(radicand))));
  while (root * root > radicand) root--;
  while ((root + 1n) * (root + 1n) <= radicand) root++;
  return root;
}
