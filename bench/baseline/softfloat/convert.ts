import { pair } from '../pair.js';
import { NV, raise, raiseInexact } from './flags.js';
import {
  BINARY32,
  BINARY64,
  exponentOf,
  type Format,
  isInfinite,
  isNotANumber,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format.js';
import { fromNaN } from './nan.js';
import { errorOfSum, INFINITE_SINGLE, MIN_NORMAL_SINGLE, toOdd } from './native.js';
import { RDN, RMM, RNE, RTZ, round } from './rounding.js';

const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/**
 * To integers: a binary32 or binary64 number, yielded as the 64-bit register holds it, 32-bit results being
 * sign-extended, unsigned ones too. Out of range after rounding: the nearest integer that fits (for a NaN the
 * greatest), and NV instead of NX (Unprivileged 20.7).
 */
export function toInt32(x: number, mode: number): number {
  const whole = toWhole(x, mode);
  if (whole >= -TWO_31 && whole < TWO_31) {
    raiseInexact(whole - x);
    return extended(whole | 0);
  }
  raise(NV);
  return extended(whole < 0 ? -TWO_31 : TWO_31 - 1);
}

export function toUint32(x: number, mode: number): number {
  const whole = toWhole(x, mode);
  if (whole >= 0 && whole < TWO_32) {
    raiseInexact(whole - x);
    return extended(whole | 0);
  }
  raise(NV);
  return whole < 0 ? pair(0, 0) : pair(-1, -1);
}

export function toInt64(x: number, mode: number): number {
  const whole = toWhole(x, mode);
  if (whole >= -TWO_63 && whole < TWO_63) {
    raiseInexact(whole - x);
    return halvesOf(whole);
  }
  raise(NV);
  return whole < 0 ? pair(0, -TWO_31) : pair(-1, TWO_31 - 1);
}

export function toUint64(x: number, mode: number): number {
  const whole = toWhole(x, mode);
  if (whole >= 0 && whole < TWO_64) {
    raiseInexact(whole - x);
    return halvesOf(whole);
  }
  raise(NV);
  return whole < 0 ? pair(0, 0) : pair(-1, -1);
}

function extended(low: number): number {
  return pair(low, low >> 31);
}

/** The bitwise operator takes its operand modulo 2^32, however large it is. */
function halvesOf(whole: number): number {
  return pair(whole | 0, Math.floor(whole / TWO_32) | 0);
}

/** x rounded to a whole number; infinities and NaNs as they are. */
function toWhole(x: number, mode: number): number {
  if (mode === RTZ) return Math.trunc(x);
  const size = Math.abs(x);
  let whole = Math.floor(size);
  const rest = size - whole;
  if (rest > 0) {
    let up: boolean;
    if (mode === RNE) up = rest > 0.5 || (rest === 0.5 && whole % 2 === 1);
    else if (mode === RMM) up = rest >= 0.5;
    else up = x < 0 === (mode === RDN);
    if (up) whole++;
  }
  return x < 0 ? -whole : whole;
}

/**
 * The integer upper * 2^32 + lower as a binary64 number, NX being raised; NaN when it is inexact in a mode other
 * than RNE. `lower` is unsigned, `upper` either.
 */
export function doubleFrom(lower: number, upper: number, mode: number): number {
  const high = upper * TWO_32;
  const sum = high + lower;
  const error = errorOfSum(high, lower, sum);
  if (error !== 0) {
    if (mode !== RNE) return Number.NaN;
    raiseInexact(error);
  }
  return sum;
}

/** The same as a binary32 number. */
export function singleFrom(lower: number, upper: number, mode: number): number {
  const high = upper * TWO_32;
  const sum = high + lower;
  const odd = toOdd(sum, errorOfSum(high, lower, sum));
  const result = Math.fround(odd);
  if (result !== odd) {
    if (mode !== RNE) return Number.NaN;
    raiseInexact(1);
  }
  return result;
}

/** An integer as a floating-point number; the flags are raised. */
export function fromInteger(format: Format, value: bigint, mode: number): bigint {
  if (value === 0n) return 0n;
  return value < 0n ? round(format, 1, 0, -value, mode) : round(format, 0, 0, value, mode);
}

/** binary64 to binary32 as a number; NaN when the result or its flags are not proven. */
export function narrowPlain(x: number, mode: number): number {
  const result = Math.fround(x);
  if (result === x) return result;
  const size = Math.abs(result);
  if (mode !== RNE || !(size > MIN_NORMAL_SINGLE && size < INFINITE_SINGLE)) return Number.NaN;
  raiseInexact(1);
  return result;
}

/** binary64 to binary32; the flags are raised. */
export function narrow(x: bigint, mode: number): bigint {
  if (isNotANumber(BINARY64, x)) {
    fromNaN(BINARY64, x, x);
    return BINARY32.canonicalNaN;
  }
  const sign = signOf(BINARY64, x);
  if (isInfinite(BINARY64, x)) return withSign(BINARY32, sign, BINARY32.infinity);
  if (isZero(BINARY64, x)) return withSign(BINARY32, sign, 0n);
  return round(BINARY32, sign, exponentOf(BINARY64, x), significandOf(BINARY64, x), mode);
}
