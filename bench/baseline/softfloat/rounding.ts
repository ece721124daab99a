import { NX, OF, raise, UF } from './flags.js';
import { type Format, withSign } from './format.js';

/** Rounding modes as frm and the rm field encode them (Unprivileged 20.2). */
export const RNE = 0;
export const RTZ = 1;
export const RDN = 2;
export const RUP = 3;
export const RMM = 4;

/** Number of bits up to the leading one; 0 < x. */
export function bitLength(x: bigint): number {
  const digits = x.toString(16);
  return 4 * digits.length + 28 - Math.clz32(Number.parseInt(digits.charAt(0), 16));
}

/**
 * Whether the magnitude of a number goes up by one in its last place. `rest` is what was cut off, `half` half of
 * the last place in the same measure; `odd` is the last bit that was kept.
 */
function roundsUp(sign: number, odd: boolean, rest: bigint, half: bigint, mode: number): boolean {
  if (mode === RNE) return rest > half || (rest === half && odd);
  if (mode === RMM) return rest >= half;
  if (mode === RTZ) return false;
  return rest !== 0n && sign === (mode === RDN ? 1 : 0);
}

/** significand / 2^shift as a whole number, rounded; shift >= 0. */
function shiftRounded(sign: number, significand: bigint, shift: number, mode: number): bigint {
  const kept = significand >> BigInt(shift);
  const rest = significand - (kept << BigInt(shift));
  if (rest === 0n) return kept;
  const up = roundsUp(sign, (kept & 1n) !== 0n, rest, 1n << BigInt(shift - 1), mode);
  return up ? kept + 1n : kept;
}

/**
 * The number (-1)^sign * significand * 2^exponent, rounded to the format: the one place of the exact operations
 * where results are rounded and OF, UF and NX are raised. significand > 0; its last bit is sticky if it has more
 * bits than the format's precision and one. Tininess is detected after rounding (Unprivileged 20.2).
 */
export function round(
  format: Format,
  sign: number,
  exponent: number,
  significand: bigint,
  mode: number,
): bigint {
  const lead = exponent + bitLength(significand) - 1;
  const freePlace = lead - format.precision + 1;
  const place = Math.max(freePlace, format.lastPlace);
  const shift = place - exponent;
  const kept =
    shift > 0
      ? shiftRounded(sign, significand, shift, mode)
      : significand << BigInt(exponent - place);
  // The leading bit adds one to the stored exponent, or none for a subnormal; so does a carry.
  const bits = (BigInt(place - format.lastPlace) << format.fractionBits) + kept;
  if (bits >= format.infinity) {
    raise(OF | NX);
    const toInfinity = roundsUp(sign, true, 1n, 1n, mode);
    return withSign(format, sign, toInfinity ? format.infinity : format.infinity - 1n);
  }
  if (shift > 0 && kept << BigInt(shift) !== significand) {
    raise(NX);
    // Tiny unless rounding with an unbounded exponent would carry up to the smallest normal.
    if (
      lead < format.minExponent - 1 ||
      (lead === format.minExponent - 1 &&
        bitLength(shiftRounded(sign, significand, shift - 1, mode)) === format.precision)
    ) {
      raise(UF);
    }
  }
  return withSign(format, sign, bits);
}
