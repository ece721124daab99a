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
import { RDN, round } from './rounding.js';

/** a + b, rounded once; the flags are raised. */
export function add(format: Format, a: bigint, b: bigint, mode: number): bigint {
  if (isNotANumber(format, a) || isNotANumber(format, b)) return fromNaN(format, a, b);
  if (isInfinite(format, a)) return isInfinite(format, b) && a !== b ? invalid(format) : a;
  if (isInfinite(format, b)) return b;
  if (isZero(format, a) && a === b) return a;
  return addNumbers(
    format,
    signOf(format, a),
    exponentOf(format, a),
    significandOf(format, a),
    b,
    mode,
  );
}

/** a - b, in the same way. A NaN's sign does not matter. */
export function subtract(format: Format, a: bigint, b: bigint, mode: number): bigint {
  return add(format, a, b ^ format.signBit, mode);
}

/** The exact number (-1)^sign * significand * 2^exponent plus c, finite; not two zeros of one sign. */
export function addNumbers(
  format: Format,
  sign: number,
  exponent: number,
  significand: bigint,
  c: bigint,
  mode: number,
): bigint {
  const addendExponent = exponentOf(format, c);
  const last = Math.min(exponent, addendExponent);
  const x = significand << BigInt(exponent - last);
  const y = significandOf(format, c) << BigInt(addendExponent - last);
  const sum = (sign === 0 ? x : -x) + (signOf(format, c) === 0 ? y : -y);
  if (sum === 0n) return withSign(format, signOfZeroSum(mode), 0n);
  return sum < 0n ? round(format, 1, last, -sum, mode) : round(format, 0, last, sum, mode);
}

/** The sum's sign when it is exactly zero and its operands were not both zeros of that sign. */
export function signOfZeroSum(mode: number): number {
  return mode === RDN ? 1 : 0;
}
