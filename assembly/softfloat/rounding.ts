import { NX, OF, raise, UF } from './flags';
import { bias, infinity, precision, specialExponent, withSign } from './format';

/** Rounding modes as frm and the rm field encode them (Unprivileged 20.2). */
export const RNE: u32 = 0;
export const RTZ: u32 = 1;
export const RDN: u32 = 2;
export const RUP: u32 = 3;
export const RMM: u32 = 4;

/** Weight of the first bit that was cut off, in the left-aligned remainder. */
const HALF: u64 = 0x8000_0000_0000_0000;

/**
 * Whether the magnitude of a number goes up by one in its last place. `rest` is what was cut off,
 * left aligned (one last place is 2^64) with a sticky bit 0; `odd` is the last bit that was kept.
 */
export function roundsUp(sign: u32, odd: bool, rest: u64, mode: u32): bool {
  if (mode === RNE) return rest > HALF || (rest === HALF && odd);
  if (mode === RMM) return rest >= HALF;
  if (mode === RTZ) return false;
  return rest !== 0 && sign === (mode === RDN ? 1 : 0);
}

/** x / 2^distance with every lost bit gathered in bit 0; any distance >= 0. */
export function shiftRightSticky(x: u64, distance: i32): u64 {
  if (distance === 0) return x;
  if (distance > 63) return <u64>(x !== 0);
  return (x >> distance) | <u64>(x << (64 - distance) !== 0);
}

/**
 * The number (-1)^sign * significand / 2^63 * 2^exponent, rounded to the format T: the one place
 * where results are rounded and OF, UF and NX are raised. Bit 63 of the significand is set; bit 0
 * is sticky. Tininess is detected after rounding (Unprivileged 20.2).
 */
export function round<T>(sign: u32, exponent: i32, significand: u64, mode: u32): T {
  const kept = precision<T>();
  let stored = exponent + bias<T>();
  let tiny = false;
  if (stored < 1) {
    // Tiny unless rounding with an unbounded exponent would carry up to the smallest normal.
    const last = significand >> (64 - kept);
    tiny =
      stored < 0 ||
      last !== ((<u64>1) << kept) - 1 ||
      !roundsUp(sign, true, significand << kept, mode);
    significand = shiftRightSticky(significand, 1 - stored);
    stored = 1;
  }
  const rest = significand << kept;
  const truncated = significand >> (64 - kept);
  // The leading bit adds one to the stored exponent, or none for a subnormal; so does a carry.
  const bits =
    ((<u64>(stored - 1)) << (kept - 1)) +
    truncated +
    <u64>roundsUp(sign, (truncated & 1) !== 0, rest, mode);
  if (stored >= specialExponent<T>() || bits >= <u64>infinity<T>()) {
    raise(OF | NX);
    const toInfinity = roundsUp(sign, true, HALF, mode);
    return withSign<T>(sign, toInfinity ? infinity<T>() : infinity<T>() - 1);
  }
  if (rest !== 0) raise(tiny ? UF | NX : NX);
  return withSign<T>(sign, <T>bits);
}
