/** Numbers of 128 bits, as pairs of u64. */

/** High half of the 128-bit product x * y. */
export function multiplyHigh(x: u64, y: u64): u64 {
  const xLow = x & 0xffff_ffff;
  const xHigh = x >> 32;
  const yLow = y & 0xffff_ffff;
  const yHigh = y >> 32;
  const middle = xHigh * yLow + ((xLow * yLow) >> 32);
  const carry = (middle & 0xffff_ffff) + xLow * yHigh;
  return xHigh * yHigh + (middle >> 32) + (carry >> 32);
}

/** High half of (high:low) / 2^distance; 0 <= distance <= 127. */
export function shiftedHigh(high: u64, distance: i32): u64 {
  return distance > 63 ? 0 : high >> distance;
}

/**
 * Low half of (high:low) / 2^distance, with every lost bit gathered in its bit 0; any
 * distance >= 0.
 */
export function shiftedLowSticky(high: u64, low: u64, distance: i32): u64 {
  if (distance === 0) return low;
  if (distance < 64) {
    const lost = low << (64 - distance);
    return (high << (64 - distance)) | (low >> distance) | <u64>(lost !== 0);
  }
  if (distance === 64) return high | <u64>(low !== 0);
  if (distance > 127) return <u64>((high | low) !== 0);
  const lost = (high << (128 - distance)) | low;
  return (high >> (distance - 64)) | <u64>(lost !== 0);
}
