import { signOfZeroSum } from './add';
import { NV, raise } from './flags';
import {
  canonicalNaN,
  exponentOf,
  infinity,
  isInfinite,
  isNotANumber,
  isSignalling,
  isZero,
  significandOf,
  signOf,
  withSign,
} from './format';
import { fusedDouble, fusedSingle } from './fused-native';
import { invalid } from './nan';
import { isPlain } from './native';
import { RNE, round } from './rounding';
import { multiplyHigh, shiftedHigh, shiftedLowSticky } from './wide';

/**
 * a * b + c, rounded once. NV is raised for infinity times zero even when c is a quiet NaN
 * (Unprivileged 20.6). See `add` for the parameters.
 */
export function fusedMultiplyAdd<T>(a: T, b: T, c: T, mode: u32, nxSet: bool): T {
  if (mode === RNE) {
    const bits =
      sizeof<T>() === 4
        ? <T>fusedSingle(<u32>a, <u32>b, <u32>c, nxSet)
        : <T>fusedDouble(<u64>a, <u64>b, <u64>c, nxSet);
    if (isPlain<T>(bits)) return bits;
  }
  return fusedExactly<T>(a, b, c, mode);
}

function fusedExactly<T>(a: T, b: T, c: T, mode: u32): T {
  const invalidProduct = (isInfinite<T>(a) && isZero<T>(b)) || (isZero<T>(a) && isInfinite<T>(b));
  if (isNotANumber<T>(a) || isNotANumber<T>(b) || isNotANumber<T>(c)) {
    if (isSignalling<T>(a) || isSignalling<T>(b) || isSignalling<T>(c) || invalidProduct) raise(NV);
    return canonicalNaN<T>();
  }
  if (invalidProduct) return invalid<T>();
  const sign = signOf<T>(a) ^ signOf<T>(b);
  if (isInfinite<T>(a) || isInfinite<T>(b)) {
    const product = withSign<T>(sign, infinity<T>());
    return isInfinite<T>(c) && c !== product ? invalid<T>() : product;
  }
  if (isInfinite<T>(c)) return c;
  if (isZero<T>(a) || isZero<T>(b)) {
    if (!isZero<T>(c) || signOf<T>(c) === sign) return c;
    return withSign<T>(signOfZeroSum(mode), 0);
  }

  const x = significandOf<T>(a);
  const y = significandOf<T>(b);
  let high = multiplyHigh(x, y);
  let low = x * y;
  let exponent = exponentOf<T>(a) + exponentOf<T>(b) + 1;
  if (high >> 63 === 0) {
    high = (high << 1) | (low >> 63);
    low <<= 1;
    exponent--;
  }
  if (isZero<T>(c)) return round<T>(sign, exponent, high | <u64>(low !== 0), mode);
  return addToProduct<T>(sign, exponent, high, low, c, mode);
}

/** The product (high:low) / 2^127 * 2^exponent, bit 127 set, plus c, finite and not zero. */
function addToProduct<T>(sign: u32, exponent: i32, high: u64, low: u64, c: T, mode: u32): T {
  let addendHigh = significandOf<T>(c);
  let addendLow: u64 = 0;
  const addendExponent = exponentOf<T>(c);
  // Both one bit down, to leave room for a carry: a product has at most 106 bits, so none is lost.
  // The smaller one goes down by the difference too; what it loses is sticky.
  const productShift = max<i32>(addendExponent - exponent, 0) + 1;
  const addendShift = max<i32>(exponent - addendExponent, 0) + 1;
  low = shiftedLowSticky(high, low, productShift);
  high = shiftedHigh(high, productShift);
  addendLow = shiftedLowSticky(addendHigh, addendLow, addendShift);
  addendHigh = shiftedHigh(addendHigh, addendShift);

  let resultSign = sign;
  let sumHigh: u64;
  let sumLow: u64;
  if (sign === signOf<T>(c)) {
    sumLow = low + addendLow;
    sumHigh = high + addendHigh + <u64>(sumLow < low);
  } else {
    if (high < addendHigh || (high === addendHigh && low < addendLow)) {
      resultSign ^= 1;
      sumLow = addendLow - low;
      sumHigh = addendHigh - high - <u64>(addendLow < low);
    } else {
      sumLow = low - addendLow;
      sumHigh = high - addendHigh - <u64>(low < addendLow);
    }
    if ((sumHigh | sumLow) === 0) return withSign<T>(signOfZeroSum(mode), 0);
  }
  let sumExponent = max<i32>(exponent, addendExponent) + 1;
  if (sumHigh === 0) {
    sumHigh = sumLow;
    sumLow = 0;
    sumExponent -= 64;
  }
  const lead = <i32>clz<u64>(sumHigh);
  if (lead !== 0) {
    sumHigh = (sumHigh << lead) | (sumLow >> (64 - lead));
    sumLow <<= lead;
  }
  return round<T>(resultSign, sumExponent - lead, sumHigh | <u64>(sumLow !== 0), mode);
}
