import {
  exponentOf,
  infinity,
  isInfinite,
  isNotANumber,
  isZero,
  magnitude,
  precision,
  signBit,
  significandOf,
  signOf,
  specialExponent,
  withSign,
} from './format';
import { fromNaN, invalid } from './nan';
import { errorOfSum } from './native';
import { RDN, RNE, round, shiftRightSticky } from './rounding';

/**
 * a + b. `T` is the type of the raw bits, `F` the native type of the same size. With `nxSet` the
 * caller says that NX is set in fcsr, so that it need not be raised.
 *
 * Fast path: in RNE the native sum is the result, as long as it is finite. A sum never underflows
 * inexactly (a sum in the subnormal range is exact), so only NX is in question: the rounding error
 * itself, which the six operations of TwoSum find exactly, far enough below the greatest exponent.
 */
export function add<T, F>(a: T, b: T, mode: u32, nxSet: bool): T {
  if (mode === RNE) {
    const x = reinterpret<F>(a);
    const y = reinterpret<F>(b);
    const sum = x + y;
    const bits = reinterpret<T>(sum);
    if (nxSet) {
      if (magnitude<T>(bits) < infinity<T>()) return bits;
    } else if (isModerate<T>(a) && isModerate<T>(b)) {
      if (errorOfSum<F>(x, y, sum) === 0) return bits;
    }
  }
  return addExactly<T>(a, b, mode);
}

/** a - b, in the same way. A NaN's sign does not matter. */
export function subtract<T, F>(a: T, b: T, mode: u32, nxSet: bool): T {
  return add<T, F>(a, b ^ signBit<T>(), mode, nxSet);
}

/** Below half of the greatest binade, so that no sum of two can overflow. */
function isModerate<T>(x: T): bool {
  return <i32>(magnitude<T>(x) >> <T>(precision<T>() - 1)) < specialExponent<T>() - 2;
}

/** The sum's sign when it is exactly zero and its operands were not both zeros of that sign. */
export function signOfZeroSum(mode: u32): u32 {
  return mode === RDN ? 1 : 0;
}

function addExactly<T>(a: T, b: T, mode: u32): T {
  if (isNotANumber<T>(a) || isNotANumber<T>(b)) return fromNaN<T>(a, b);
  if (isInfinite<T>(a)) return isInfinite<T>(b) && a !== b ? invalid<T>() : a;
  if (isInfinite<T>(b)) return b;
  if (isZero<T>(b)) {
    return isZero<T>(a) && a !== b ? withSign<T>(signOfZeroSum(mode), 0) : a;
  }
  if (isZero<T>(a)) return b;

  if (magnitude<T>(a) < magnitude<T>(b)) {
    const larger = b;
    b = a;
    a = larger;
  }
  const sign = signOf<T>(a);
  const exponent = exponentOf<T>(a);
  // Both one bit down, to leave room for a carry: the ten bits below the last place stay exact.
  const large = significandOf<T>(a) >> 1;
  const small = shiftRightSticky(significandOf<T>(b), exponent - exponentOf<T>(b) + 1);
  const sum = sign === signOf<T>(b) ? large + small : large - small;
  if (sum === 0) return withSign<T>(signOfZeroSum(mode), 0);
  const lead = <i32>clz<u64>(sum);
  return round<T>(sign, exponent + 1 - lead, sum << lead, mode);
}
