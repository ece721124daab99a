import {
  exponentOf,
  type Format,
  isInfinite,
  isNotANumber,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format.js';
import { fromNaN, invalid } from './nan.js';
import { round } from './rounding.js';

/** a * b, rounded once; the flags are raised. */
export function multiply(format: Format, a: bigint, b: bigint, mode: number): bigint {
  if (isNotANumber(format, a) || isNotANumber(format, b)) return fromNaN(format, a, b);
  const sign = signOf(format, a) ^ signOf(format, b);
  const zero = isZero(format, a) || isZero(format, b);
  if (isInfinite(format, a) || isInfinite(format, b)) {
    return zero ? invalid(format) : withSign(format, sign, format.infinity);
  }
  if (zero) return withSign(format, sign, 0n);
  const product = significandOf(format, a) * significandOf(format, b);
  return round(format, sign, exponentOf(format, a) + exponentOf(format, b), product, mode);
}
