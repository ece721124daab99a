import { DZ, raise } from './flags.js';
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

/** a / b, rounded once; the flags are raised. */
export function divide(format: Format, a: bigint, b: bigint, mode: number): bigint {
  if (isNotANumber(format, a) || isNotANumber(format, b)) return fromNaN(format, a, b);
  const sign = signOf(format, a) ^ signOf(format, b);
  if (isInfinite(format, a)) {
    return isInfinite(format, b) ? invalid(format) : withSign(format, sign, format.infinity);
  }
  if (isInfinite(format, b)) return withSign(format, sign, 0n);
  if (isZero(format, b)) {
    if (isZero(format, a)) return invalid(format);
    raise(DZ);
    return withSign(format, sign, format.infinity);
  }
  if (isZero(format, a)) return withSign(format, sign, 0n);

  // Wide enough that even the smallest dividend leaves the precision and one bit; then the sticky bit.
  const shift = 2 * format.precision + 1;
  const dividend = significandOf(format, a) << BigInt(shift);
  const divisor = significandOf(format, b);
  const quotient = dividend / divisor;
  const sticky = quotient * divisor === dividend ? 0n : 1n;
  const exponent = exponentOf(format, a) - exponentOf(format, b) - shift - 1;
  return round(format, sign, exponent, (quotient << 1n) | sticky, mode);
}
