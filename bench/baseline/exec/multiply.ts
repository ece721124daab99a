/** M: multiplication and division of pairs (Unprivileged 13); division by zero and overflow yield values. */
import { bigHigh, bigLow, bigOf, high, highOf, lowOf, pair, unsigned } from '../pair.js';

const EXACT_HIGH = 1 << 21;
const TWO_32 = 0x1_0000_0000;

/** Upper half of the product of two unsigned 32-bit integers. */
export function upperProduct(a: number, b: number): number {
  // The double is within 2^11 of the product, whose lower half is known.
  const product = (a >>> 0) * (b >>> 0);
  const low = Math.imul(a, b) >>> 0;
  return ((product - low) / TWO_32 + 0.5) | 0;
}

/** The lower 64 bits of a product. */
export function multiply(a: number, aHigh: number, b: number, bHigh: number): number {
  return pair(
    Math.imul(a, b),
    (upperProduct(a, b) + Math.imul(a, bHigh) + Math.imul(aHigh, b)) | 0,
  );
}

/** The upper 64 bits of an unsigned product. */
export function multiplyHighUnsigned(a: number, aHigh: number, b: number, bHigh: number): number {
  // Four partial products, each split so that sums stay exact in doubles.
  const middle =
    (upperProduct(a, b) >>> 0) + (Math.imul(a, bHigh) >>> 0) + (Math.imul(aHigh, b) >>> 0);
  const low =
    (upperProduct(a, bHigh) >>> 0) +
    (upperProduct(aHigh, b) >>> 0) +
    (Math.imul(aHigh, bHigh) >>> 0) +
    Math.floor(middle / TWO_32);
  const upper = (upperProduct(aHigh, bHigh) >>> 0) + Math.floor(low / TWO_32);
  return pair(low | 0, upper | 0);
}

/** Takes a pair from a pair. */
function minus(low: number, upper: number, b: number, bHigh: number): number {
  return pair((low - b) | 0, (upper - bHigh - (low >>> 0 < b >>> 0 ? 1 : 0)) | 0);
}

/** The upper 64 bits of a product of a signed by an unsigned factor. */
export function multiplyHighMixed(a: number, aHigh: number, b: number, bHigh: number): number {
  const low = multiplyHighUnsigned(a, aHigh, b, bHigh);
  return aHigh < 0 ? minus(low, high, b, bHigh) : low;
}

/** The upper 64 bits of a signed product. */
export function multiplyHigh(a: number, aHigh: number, b: number, bHigh: number): number {
  const low = multiplyHighMixed(a, aHigh, b, bHigh);
  return bHigh < 0 ? minus(low, high, a, aHigh) : low;
}

/** Whether both are below 2^53, where a quotient of doubles, rounded down, is exact. */
function areExact(aHigh: number, bHigh: number): boolean {
  return aHigh >>> 0 < EXACT_HIGH && bHigh >>> 0 < EXACT_HIGH;
}

export function divideUnsigned(a: number, aHigh: number, b: number, bHigh: number): number {
  if ((b | bHigh) === 0) return pair(-1, -1);
  if (areExact(aHigh, bHigh)) {
    if ((aHigh | bHigh) === 0) return pair(((a >>> 0) / (b >>> 0)) | 0, 0);
    const quotient = Math.floor(unsigned(a, aHigh) / unsigned(b, bHigh));
    return pair(lowOf(quotient), highOf(quotient));
  }
  const quotient = bigOf(a, aHigh) / bigOf(b, bHigh);
  return pair(bigLow(quotient), bigHigh(quotient));
}

export function remainderUnsigned(a: number, aHigh: number, b: number, bHigh: number): number {
  if ((b | bHigh) === 0) return pair(a, aHigh);
  if (areExact(aHigh, bHigh)) {
    if ((aHigh | bHigh) === 0) return pair(((a >>> 0) % (b >>> 0)) | 0, 0);
    const remainder = unsigned(a, aHigh) % unsigned(b, bHigh);
    return pair(lowOf(remainder), highOf(remainder));
  }
  const remainder = bigOf(a, aHigh) % bigOf(b, bHigh);
  return pair(bigLow(remainder), bigHigh(remainder));
}

function negated(low: number, upper: number): number {
  return pair(-low | 0, ~upper + (low === 0 ? 1 : 0));
}

/** -2^63 / -1 overflows to -2^63, which the unsigned way yields by itself (13.2). */
export function divide(a: number, aHigh: number, b: number, bHigh: number): number {
  if ((b | bHigh) === 0) return pair(-1, -1);
  let dividend = a;
  let dividendHigh = aHigh;
  let divisor = b;
  let divisorHigh = bHigh;
  if (aHigh < 0) {
    dividend = negated(a, aHigh);
    dividendHigh = high;
  }
  if (bHigh < 0) {
    divisor = negated(b, bHigh);
    divisorHigh = high;
  }
  const low = divideUnsigned(dividend, dividendHigh, divisor, divisorHigh);
  return (aHigh ^ bHigh) < 0 ? negated(low, high) : low;
}

/** The remainder has the dividend's sign. */
export function remainder(a: number, aHigh: number, b: number, bHigh: number): number {
  if ((b | bHigh) === 0) return pair(a, aHigh);
  let dividend = a;
  let dividendHigh = aHigh;
  let divisor = b;
  let divisorHigh = bHigh;
  if (aHigh < 0) {
    dividend = negated(a, aHigh);
    dividendHigh = high;
  }
  if (bHigh < 0) {
    divisor = negated(b, bHigh);
    divisorHigh = high;
  }
  const low = remainderUnsigned(dividend, dividendHigh, divisor, divisorHigh);
  return aHigh < 0 ? negated(low, high) : low;
}
