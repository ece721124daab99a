import { addNumbers, signOfZeroSum } from './add.js';
import { NV, raise } from './flags.js';
import {
  exponentOf,
  type Format,
  isInfinite,
  isNotANumber,
  isSignalling,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format.js';
import { invalid } from './nan.js';

/**
 * a * b + c, rounded once; the flags are raised: NV for infinity times zero even when c is a quiet NaN
 * (Unprivileged 20.6).
 */
export function fusedMultiplyAdd(
  format: Format,
  a: bigint,
  b: bigint,
  c: bigint,
  mode: number,
): bigint {
  const zero = isZero(format, a) || isZero(format, b);
  const infinite = isInfinite(format, a) || isInfinite(format, b);
  if (isNotANumber(format, a) || isNotANumber(format, b) || isNotANumber(format, c)) {
    const signalling =
      isSignalling(format, a) || isSignalling(format, b) || isSignalling(format, c);
    if (signalling || (zero && infinite)) raise(NV);
    return format.canonicalNaN;
  }
  if (zero && infinite) return invalid(format);
  const sign = signOf(format, a) ^ signOf(format, b);
  if (infinite) {
    const product = withSign(format, sign, format.infinity);
    return isInfinite(format, c) && c !== product ? invalid(format) : product;
  }
  if (isInfinite(format, c)) return c;
  if (zero) {
    if (!isZero(format, c) || signOf(format, c) === sign) return c;
    return withSign(format, signOfZeroSum(mode), 0n);
  }
  const exponent = exponentOf(format, a) + exponentOf(format, b);
  const product = significandOf(format, a) * significandOf(format, b);
  return addNumbers(format, sign, exponent, product, c, mode);
}
