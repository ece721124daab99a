import { beforeAll, describe, expect, it } from 'vitest';
import { draw } from '../../test/softfloat/draw.js';
import { Random } from '../../test/softfloat/operands.js';
import { F32, F64 } from '../../test/softfloat/reference.js';
import { MODELS } from '../../test/softfloat/rows.js';
import {
  type FloatCase,
  FloatComparison,
  type FloatState,
} from '../../test/translate/float-comparison.js';
import type { Row } from '../row.js';
import { ROWS } from '../table.js';
import { kindOf } from './kinds.js';

/** Of each row and state; more for a campaign. */
const COUNT = Number(process.env.CASES ?? 3_000);
const BOX = 0xffff_ffff_0000_0000n;

/** frm RNE and NX set; RNE, no flag yet; another mode. */
const FAST: FloatState = { fcsr: 1, ready: 2, fast: 1 };
const NEAR: FloatState = { fcsr: 0, ready: 2, fast: 0 };
const DIRECTED: FloatState = { fcsr: 2 << 5, ready: 1, fast: 0 };
const DIRECTED_INEXACT: FloatState = { fcsr: (2 << 5) | 1, ready: 1, fast: 0 };
const OFF: FloatState = { fcsr: 1, ready: 0, fast: 0 };
const STATES = { FAST, NEAR, DIRECTED, DIRECTED_INEXACT };

const ROWS_UNDER_TEST = ROWS.filter(
  (row) => row.extensions.some((e) => e === 'F' || e === 'D') && row.tier === 'slow',
);
const RTZ = 1;

const view = new DataView(new ArrayBuffer(8));
let comparison: FloatComparison;
beforeAll(async () => {
  comparison = await FloatComparison.open();
});

/** Whether the row's f operands are of binary32. */
function isSingle(row: Row): boolean {
  const model = MODELS[row.name];
  if (model === undefined) throw new Error(`no model for ${row.name}`);
  return model[0] === F32;
}

function templatesOf(row: Row): { name: string; template: string; rm?: number; same?: boolean }[] {
  const { kind, template, rtz, same } = kindOf(row.op);
  if (template === undefined) throw new Error(`no template for ${row.name}`);
  expect(kind).toBe(row.operands.endsWith('rm') ? 'float' : 'floatExact');
  return [
    { name: 'dynamic', template },
    ...(rtz ? [{ name: 'rtz', template: rtz, rm: RTZ }] : []),
    ...(same ? [{ name: 'same', template: same, same: true }] : []),
  ];
}

/** Cases that meet the corners; of binary32 a few without a box. */
function corners(row: Row, count: number, random: Random): FloatCase[] {
  const format = MODELS[row.name]?.[0] ?? F32;
  const register = (bits: bigint) => {
    if (format !== F32) return bits;
    const box = random.below(50) === 0 ? random.bits(32) << 32n : BOX;
    return box | bits;
  };
  return Array.from({ length: count }, () => {
    const [x, y, z, a] = draw(row.name, format, random);
    return { x: register(x), y: register(y), z: register(z), a, b: random.bits(64) };
  });
}

function bitsOf(row: Row, value: number): bigint {
  if (isSingle(row)) {
    view.setFloat32(0, value);
    return BOX | BigInt(view.getUint32(0));
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/**
 * A number of at most three set bits, and the exponent 2^`exponent` of the greatest: sums of their products meet
 * halfway cases.
 */
function sparse(row: Row, exponent: number, random: Random): bigint {
  let significand = 1;
  for (let bit = random.below(3); bit > 0; bit--) significand += 2 ** -(1 + random.below(23));
  if (!isSingle(row) && random.below(2) === 0) significand += 2 ** -(20 + random.below(33));
  return bitsOf(row, (random.below(2) === 0 ? 1 : -1) * significand * 2 ** exponent);
}

/** Products whose error has its last bit from far below the subnormal numbers to far above. */
function smallErrors(row: Row): FloatCase[] {
  const factor = 1 + (isSingle(row) ? 2 ** -23 : 2 ** -52);
  const last = isSingle(row) ? -149 : -1074;
  return Array.from({ length: 180 }, (_, n) => 2 ** (last + n)).flatMap((size) =>
    [0, size, -size * factor].map((z) => {
      const [x, y] = [bitsOf(row, factor), bitsOf(row, size * factor)];
      return { x, y, z: bitsOf(row, z), a: 0n, b: 0n };
    }),
  );
}

/** Products and an addend from far above them to far below, also where results or errors are tiny. */
function halfway(row: Row, count: number, random: Random): FloatCase[] {
  const format = isSingle(row) ? F32 : F64;
  const last = format.precision;
  return Array.from({ length: count }, () => {
    const tiny = random.below(4) === 0 ? format.minExponent + random.below(3 * last) : 0;
    const x = sparse(row, random.below(8), random);
    const y = sparse(row, tiny - random.below(8), random);
    const z = sparse(row, tiny + random.below(4 * last) - 3 * last, random);
    return { x, y, z, a: 0n, b: 0n };
  });
}

const BOUNDS = [0, 1, 8, 16, 23, 24, 25, 31, 32, 33, 52, 53, 54, 62, 63, 64, 65];

/** The bounds of the integer types and of significands, with what stands beside them; numbers with tiny products. */
function bounds(row: Row): FloatCase[] {
  const single = isSingle(row);
  const [precision, least] = single ? [24, 2 ** -126] : [53, 2 ** -1022];
  const ulp = 2 ** (1 - precision);
  // Their products lie at most half a last place below the smallest normal number.
  const tiny = [
    1 - ulp / 2,
    1 - ulp,
    1 + ulp,
    least,
    least * (1 - ulp),
    least * (1 + ulp),
    2 ** 30,
  ];
  // A root with one bit too many.
  const square = (1.5 + 2 ** (single ? -12 : -26)) ** 2;
  const sizes = BOUNDS.flatMap((bits) => [
    ...[-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map((offset) => 2 ** bits + offset),
    ...[1 - ulp, 1 - ulp / 2, 1 + ulp, 1 + 2 * ulp, 1.5].map((factor) => factor * 2 ** bits),
  ]);
  const whole = BOUNDS.flatMap((bits) =>
    [-2n, -1n, 0n, 1n, 2n].map((offset) => BigInt.asUintN(64, (1n << BigInt(bits)) + offset)),
  );
  const random = new Random(row.match);
  const pairs = [
    ...tiny.flatMap((x) => tiny.map((y) => [x, y] as const)),
    ...[...sizes, square].map((x) => [x, sizes[random.below(sizes.length)] ?? 0] as const),
  ];
  return pairs.flatMap(([x, y], n) =>
    [1, -1].map((sign) => {
      const a = whole[n % whole.length] ?? 0n;
      return {
        x: bitsOf(row, sign * x),
        y: bitsOf(row, y),
        z: bitsOf(row, random.below(2) === 0 ? -x * y : y),
        a: sign === 1 ? a : BigInt.asUintN(64, -a),
        b: 0n,
      };
    }),
  );
}

describe('whatever a template of F or D does not leave to exec/slow is as exact', () => {
  it.each(ROWS_UNDER_TEST)('$name', (row) => {
    const cases = [...bounds(row), ...corners(row, COUNT, new Random(row.match))];
    for (const { template, ...options } of templatesOf(row)) {
      for (const state of Object.values(STATES)) {
        const { wrong } = comparison.compare(row, template, cases, state, options);
        expect(wrong.slice(0, 5)).toEqual([]);
      }
    }
  });

  it.each(ROWS_UNDER_TEST.filter((row) => row.operands.includes('fs2')))(
    '$name, beside halfway cases',
    (row) => {
      const cases = [...smallErrors(row), ...halfway(row, COUNT, new Random(row.match + 1))];
      for (const { template, ...options } of templatesOf(row)) {
        for (const state of [FAST, NEAR]) {
          const { wrong } = comparison.compare(row, template, cases, state, options);
          expect(wrong.slice(0, 5)).toEqual([]);
        }
      }
    },
  );
});

/** Cases of one sort of numbers; the addend is as great as the product. */
function numbers(row: Row, count: number, draw: () => number, random: Random): FloatCase[] {
  return Array.from({ length: count }, () => {
    const [x, y] = [draw(), draw()];
    const a = random.bits(20);
    const bits = [x, y, draw() * y].map((value) => bitsOf(row, value));
    return { x: bits[0] ?? 0n, y: bits[1] ?? 0n, z: bits[2] ?? 0n, a, b: a };
  });
}

/** Conversions to unsigned types and roots take no negative number. */
const isOfPositive = (row: Row) => /^fcvt\.(wu|lu)|^fsqrt/.test(row.name);

describe('ordinary numbers stay in the region once NX is set', () => {
  it.each(ROWS_UNDER_TEST)('$name', (row) => {
    const random = new Random(row.match);
    const fraction = () => {
      const size =
        (random.below(2 ** 32) + random.below(2 ** 32) / 2 ** 32) / 2 ** random.below(40);
      return isOfPositive(row) || random.below(2) === 0
        ? size / 2 + 2 ** -20
        : -size / 2 - 2 ** -20;
    };
    const cases = numbers(row, 2_000, fraction, random);
    for (const { template, name, ...options } of templatesOf(row)) {
      const { left, wrong } = comparison.compare(row, template, cases, FAST, options);
      expect(wrong).toEqual([]);
      expect([name, left]).toEqual([name, 0]);
    }
  });
});

describe('whole numbers stay in the region while NX is not set', () => {
  it.each(ROWS_UNDER_TEST)('$name', (row) => {
    const random = new Random(row.match);
    const limit = isSingle(row) || row.name === 'fcvt.s.d' ? 2 ** 11 : 2 ** 26;
    const whole = () => {
      const size = random.below(limit);
      return isOfPositive(row) || random.below(2) === 0 ? size : -size;
    };
    const cases = numbers(row, 2_000, whole, random).map((one) => {
      if (row.name.startsWith('fsqrt')) return { ...one, x: bitsOf(row, whole() ** 2) };
      const divisor = 1 + random.below(limit);
      return row.name.startsWith('fdiv')
        ? { ...one, x: bitsOf(row, divisor * whole()), y: bitsOf(row, divisor) }
        : one;
    });
    for (const { template, name, ...options } of templatesOf(row)) {
      const { left, wrong } = comparison.compare(row, template, cases, NEAR, options);
      expect(wrong).toEqual([]);
      expect([name, left]).toEqual([name, 0]);
    }
  });
});

it('every row leaves while FS is not Dirty', () => {
  for (const row of ROWS_UNDER_TEST) {
    const cases = numbers(row, 10, () => 1, new Random(1));
    for (const { template, ...options } of templatesOf(row)) {
      const { left } = comparison.compare(row, template, cases, OFF, options);
      expect([row.name, left]).toEqual([row.name, cases.length]);
    }
  }
});
