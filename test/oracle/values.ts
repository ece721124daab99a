import type { Random } from './random.js';

const U64 = (1n << 64n) - 1n;

/** Where integer arithmetic changes its behaviour: around 0, and around each width's limits. */
const INTEGER_EDGES: readonly bigint[] = [
  ...[0n, 1n << 7n, 1n << 8n, 1n << 15n, 1n << 16n, 1n << 31n, 1n << 32n, 1n << 63n].flatMap(
    (limit) => [limit - 1n, limit, limit + 1n, -limit, -limit - 1n, 1n - limit],
  ),
  0x5555555555555555n,
  0xaaaaaaaaaaaaaaaan,
  0x00000000ffffffffn,
  0xffffffff00000000n,
  0x7fffffff80000000n,
  0x0123456789abcdefn,
  63n,
  64n,
  31n,
  32n,
].map((value) => value & U64);

/** An integer register's value: edges, sparse and dense patterns, plain random bits. */
export function integer(random: Random): bigint {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return random.pick(INTEGER_EDGES);
    case 3:
      return 1n << BigInt(random.below(64));
    case 4:
      return random.u64() >> BigInt(random.below(64));
    case 5:
      return ~(random.u64() >> BigInt(random.below(64))) & U64;
    case 6:
      return BigInt.asUintN(64, BigInt.asIntN(32, random.u64()));
    default:
      return random.u64();
  }
}

/** A second integer that often stands in a relation to `first`. */
export function related(random: Random, first: bigint): bigint {
  if (!random.oneIn(4)) return integer(random);
  return random.pick([first, first + 1n, first - 1n, -first, ~first, first ^ (1n << 63n)]) & U64;
}

/** A binary interchange format of IEEE 754: widths of exponent and fraction. */
export interface Format {
  readonly exponent: number;
  readonly fraction: number;
}
export const SINGLE: Format = { exponent: 8, fraction: 23 };
export const DOUBLE: Format = { exponent: 11, fraction: 52 };

/** Fractions with few bits set at either end make exact halves, carries and cancellation. */
function fraction(random: Random, { fraction: width }: Format): bigint {
  const all = (1n << BigInt(width)) - 1n;
  switch (random.below(6)) {
    case 0:
      return 0n;
    case 1:
      return all;
    case 2:
      return (1n << BigInt(random.below(width))) & all;
    case 3:
      return (all << BigInt(random.below(width))) & all;
    case 4:
      return random.u64() & all & (all << BigInt(random.below(width)));
    default:
      return random.u64() & all;
  }
}

function compose(format: Format, negative: boolean, exponent: number, bits: bigint): bigint {
  const top = (negative ? 1n : 0n) << BigInt(format.exponent);
  return ((top | BigInt(exponent)) << BigInt(format.fraction)) | bits;
}

/** A number of the format: zeros, subnormals, limits, infinities, NaNs of both kinds, ordinary ones. */
export function float(random: Random, format: Format): bigint {
  const top = 2 ** format.exponent - 1;
  const negative = random.oneIn(2);
  const bits = fraction(random, format);
  const quiet = 1n << BigInt(format.fraction - 1);
  switch (random.below(16)) {
    case 0:
      return compose(format, negative, 0, 0n);
    case 1:
      return compose(format, negative, 0, bits);
    case 2:
      return compose(format, negative, top, 0n);
    case 3:
      return compose(format, negative, top, bits | quiet);
    case 4:
      return compose(format, negative, top, (bits & ~quiet) | 1n);
    case 5:
      return compose(format, negative, 1, bits);
    case 6:
      return compose(format, negative, top - 1, bits);
    case 7:
      return compose(format, negative, random.below(top), bits);
    case 8:
      // Around the limits of the integers that conversions reach.
      return compose(
        format,
        negative,
        (top >> 1) + random.pick([-2, -1, 0, 1, 30, 31, 32, 62, 63, 64]),
        bits,
      );
    default:
      return compose(format, negative, (top >> 1) + random.between(-70, 70), bits);
  }
}

/** Operands of one operation: usually of near exponents, so that roundings and cancellations happen. */
export function floats(random: Random, format: Format, count: number): bigint[] {
  const values = Array.from({ length: count }, () => float(random, format));
  const top = 2 ** format.exponent - 1;
  const [first = 0n, second = 0n] = values;
  const exponentOf = (value: bigint) => Number(value >> BigInt(format.fraction)) & top;
  const near = (exponent: number) =>
    compose(
      format,
      random.oneIn(2),
      Math.min(
        top - 1,
        Math.max(0, exponent + random.between(-format.fraction - 2, format.fraction + 2)),
      ),
      fraction(random, format),
    );
  if (count > 1 && random.oneIn(3)) values[1] = near(exponentOf(first));
  if (count > 1 && random.oneIn(12))
    values[1] = first ^ (random.oneIn(2) ? 0n : 1n << BigInt(format.exponent + format.fraction));
  if (count > 2 && random.oneIn(2)) {
    values[2] = near(exponentOf(first) + exponentOf(values[1] ?? second) - (top >> 1));
  }
  return values;
}

/** A single in an f register: NaN-boxed, now and then badly (Unprivileged 21.2). */
export function boxed(random: Random, single: bigint): bigint {
  const upper = random.oneIn(12) ? random.u64() >> 32n : 0xffffffffn;
  return (upper << 32n) | single;
}
