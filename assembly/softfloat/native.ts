/**
 * Fast paths by Wasm's own arithmetic, which rounds as RNE and is exact IEEE 754 but has no flags
 * and leaves the bits of NaNs open. Two facts make it enough for most instructions:
 *
 * - A result above the smallest normal and below infinity raises nothing but NX, so when fcsr
 *   already holds NX no flag is left to find.
 * - A small number of significant bits proves a product exact, and so a quotient or a root.
 *
 * Whatever is not proven here takes the slow path beside each use.
 */
import { infinity, magnitude, minNormal, precision } from './format';

/** Normal, finite and not the smallest normal, to which a tiny number might have been rounded. */
export function isPlain<T>(x: T): bool {
  return magnitude<T>(x) - minNormal<T>() - 1 < infinity<T>() - minNormal<T>() - 1;
}

/** Number of bits from the leading to the last one of a normal number's significand. */
export function significantBits<T>(x: T): i32 {
  const lead = minNormal<T>();
  return precision<T>() - <i32>ctz<T>((x & (lead - 1)) | lead);
}

/** Whether the product of two normal numbers surely needs no rounding. */
export function productIsExact<T>(a: T, b: T): bool {
  return significantBits<T>(a) + significantBits<T>(b) <= precision<T>();
}

/** x + y - sum, where sum is the rounded x + y: exact (Knuth's TwoSum). */
export function errorOfSum<F>(x: F, y: F, sum: F): F {
  const partOfY = sum - x;
  return x - (sum - partOfY) + (y - partOfY);
}
