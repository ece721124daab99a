/**
 * The two formats, binary32 and binary64 (IEEE 754-2019 3.4), for the exact operations: what native arithmetic
 * does not prove, they find by whole numbers of any size. Bit patterns are BigInts without a sign.
 */
export class Format {
  /** Bits of a significand, the leading one included. */
  readonly precision: number;
  /** Exponent of the smallest normal number. */
  readonly minExponent: number;
  /** Exponent of the last place of that number and of all subnormal ones. */
  readonly lastPlace: number;
  /** Bits of the fraction. */
  readonly fractionBits: bigint;
  readonly signShift: bigint;
  readonly signBit: bigint;
  readonly infinity: bigint;
  /** The top bit of the fraction, clear in a signalling NaN. */
  readonly quiet: bigint;
  /** The only NaN that an operation yields (Unprivileged 20.3). */
  readonly canonicalNaN: bigint;

  constructor(width: number, precision: number) {
    const exponentBits = width - precision;
    this.precision = precision;
    this.minExponent = 2 - 2 ** (exponentBits - 1);
    this.lastPlace = this.minExponent - precision + 1;
    this.fractionBits = BigInt(precision - 1);
    this.signShift = BigInt(width - 1);
    this.signBit = 1n << this.signShift;
    this.infinity = ((1n << BigInt(exponentBits)) - 1n) << this.fractionBits;
    this.quiet = 1n << BigInt(precision - 2);
    this.canonicalNaN = this.infinity | this.quiet;
  }
}

export const BINARY32 = new Format(32, 24);
export const BINARY64 = new Format(64, 53);

export function magnitude(format: Format, x: bigint): bigint {
  return x & (format.signBit - 1n);
}

/** 1 for a negative number (-0 too), else 0. */
export function signOf(format: Format, x: bigint): number {
  return Number(x >> format.signShift);
}

export function withSign(format: Format, sign: number, size: bigint): bigint {
  return sign === 0 ? size : size | format.signBit;
}

export function isNotANumber(format: Format, x: bigint): boolean {
  return magnitude(format, x) > format.infinity;
}

export function isSignalling(format: Format, x: bigint): boolean {
  return isNotANumber(format, x) && (x & format.quiet) === 0n;
}

export function isInfinite(format: Format, x: bigint): boolean {
  return magnitude(format, x) === format.infinity;
}

export function isZero(format: Format, x: bigint): boolean {
  return magnitude(format, x) === 0n;
}

/** |x| = significand * 2^exponent, both whole; x finite. */
export function significandOf(format: Format, x: bigint): bigint {
  const size = magnitude(format, x);
  const leading = 1n << format.fractionBits;
  return size < leading ? size : (size & (leading - 1n)) | leading;
}

/** See `significandOf`. */
export function exponentOf(format: Format, x: bigint): number {
  const stored = Number(magnitude(format, x) >> format.fractionBits);
  return format.lastPlace + Math.max(stored - 1, 0);
}
