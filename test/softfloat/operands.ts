import { type Format, infinityBits } from './reference.js';

/** A small seeded generator (a 32-bit Weyl sequence with a multiplicative mix). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer in 0 <= n < limit; limit at most 2^32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0_aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a_2d97);
    return Math.floor((((x ^ (x >>> 15)) >>> 0) / 2 ** 32) * limit);
  }

  bits(count: number): bigint {
    const wide = (BigInt(this.below(2 ** 32)) << 32n) | BigInt(this.below(2 ** 32));
    return BigInt.asUintN(count, wide);
  }
}

function choose(random: Random, [a, b, c]: [bigint, bigint, bigint]): bigint {
  const choice = random.below(3);
  return choice === 0 ? a : choice === 1 ? b : c;
}

/** Operands that meet the corners of a format: about a third are special or stand beside one. */
export function operand(f: Format, random: Random): bigint {
  const fractionBits = BigInt(f.precision - 1);
  const sign = BigInt(random.below(2)) << BigInt(f.width - 1);
  const infinity = infinityBits(f, false);
  const field = (exponent: number) => BigInt(exponent) << fractionBits;
  switch (random.below(12)) {
    case 0:
      return sign;
    case 1: // infinities, quiet and signalling NaNs
      return (
        sign | choose(random, [infinity, infinity | 1n, infinity | (1n << (fractionBits - 1n))])
      );
    case 2: // beside zero, the smallest normal number and infinity
      return sign | (choose(random, [3n, field(1), infinity - 4n]) - 3n + BigInt(random.below(7)));
    case 3: // subnormals
      return sign | random.bits(1 + random.below(f.precision - 1));
    case 4: // powers of two, give or take one last place
      return sign | (field(1 + random.below(2 * f.maxExponent)) - 1n + BigInt(random.below(3)));
    case 5: // small integers and halves, the bounds of the integer types
      return (
        sign |
        (field(f.maxExponent - 2 + random.below(68)) + (random.bits(4) << (fractionBits - 4n)))
      );
    case 6:
    case 7: // few significant bits, so that exact and halfway results occur
      return (
        sign |
        field(f.maxExponent - 30 + random.below(60)) |
        (((random.bits(f.precision - 1) >> BigInt(random.below(f.precision - 1))) <<
          BigInt(random.below(f.precision - 1))) %
          (1n << fractionBits))
      );
    case 8:
    case 9: // moderate exponents
      return sign | field(f.maxExponent - 40 + random.below(80)) | random.bits(f.precision - 1);
    default:
      return random.bits(f.width);
  }
}

/** An operand related to another one: its negative, its neighbour, or of a near exponent. */
export function related(f: Format, other: bigint, random: Random): bigint {
  const steps = BigInt(random.below(5) - 2);
  const flipped = other ^ (BigInt(random.below(2)) << BigInt(f.width - 1));
  switch (random.below(6)) {
    case 0:
      return BigInt.asUintN(f.width, flipped + steps);
    case 1:
      return BigInt.asUintN(f.width, flipped + (steps << BigInt(f.precision - 1)));
    case 2:
      return BigInt.asUintN(
        f.width,
        flipped + (BigInt(random.below(140) - 70) << BigInt(f.precision - 1)),
      );
    default:
      return operand(f, random);
  }
}
