import { beforeAll, describe, expect, it } from 'vitest';
import { compileAssembly } from '../../test/compile-assembly.js';
import { operand, Random, related } from '../../test/softfloat/operands.js';
import * as reference from '../../test/softfloat/reference.js';
import { F32, F64, type Format, NX, type Result } from '../../test/softfloat/reference.js';

const CASES = 20_000;
const MODES = ['RNE', 'RTZ', 'RDN', 'RUP', 'RMM'];

type CoreFunction = (...parameters: (number | bigint)[]) => number | bigint;
/** As many as the operation takes, then zeros. */
type Operands = [bigint, bigint, bigint];
let exported: Record<string, unknown>;

function core(name: string): CoreFunction {
  const found = exported[name];
  if (typeof found !== 'function') throw new Error(`the core does not export ${name}`);
  return found as CoreFunction;
}

beforeAll(async () => {
  const module = await compileAssembly('assembly/softfloat/entry.ts');
  exported = (await WebAssembly.instantiate(module)).exports;
});

/** One operation in both implementations; operands and results are bit patterns. */
interface Operation {
  readonly name: string;
  readonly operands: number;
  readonly ours: (operands: Operands, mode: number, nxSet: boolean) => bigint;
  readonly expected: (operands: Operands, mode: number) => Result;
  /** Draws the operands; without it: floating-point numbers of the format, often related. */
  readonly draw?: (random: Random) => Operands;
}

/** A u32 parameter or result travels as a number, a u64 as a BigInt. */
const parameter = (f: Format, bits: bigint) => (f.width === 32 ? Number(bits) : bits);
const unsigned = (width: number, bits: number | bigint) => BigInt.asUintN(width, BigInt(bits));

function operations(f: Format): Operation[] {
  const call = (name: string, count: number, operands: Operands, ...rest: number[]) =>
    core(`${f.name}_${name}`)(...operands.slice(0, count).map((x) => parameter(f, x)), ...rest);

  const { add, sub, mul, div, eq, lt, le, min, max } = reference;
  const arithmetic = Object.entries({ add, sub, mul, div }).map(([name, model]) => ({
    name,
    operands: 2,
    ours: (x: Operands, mode: number, nxSet: boolean) =>
      unsigned(f.width, call(name, 2, x, mode, Number(nxSet))),
    expected: ([a, b]: Operands, mode: number) => model(f, a, b, mode),
  }));
  const comparisons = Object.entries({ eq, lt, le, min, max }).map(([name, model]) => ({
    name,
    operands: 2,
    ours: (x: Operands) => unsigned(f.width, call(name, 2, x)),
    expected: ([a, b]: Operands) => model(f, a, b),
  }));
  const integers = ([32, 64] as const).flatMap((width) =>
    [true, false].flatMap((isSigned): Operation[] => {
      const type = `${isSigned ? 'i' : 'u'}${width}`;
      return [
        {
          name: `to_${type}`,
          operands: 1,
          ours: (x, mode) => unsigned(64, call(`to_${type}`, 1, x, mode)),
          expected: ([a], mode) => reference.toInteger(f, a, isSigned, width, mode),
        },
        {
          name: `from_${type}`,
          operands: 1,
          ours: ([a], mode) => {
            const argument = width === 32 ? Number(a) : a;
            return unsigned(f.width, core(`${f.name}_from_${type}`)(argument, mode));
          },
          expected: ([a], mode) => {
            const value = isSigned ? BigInt.asIntN(width, a) : a;
            return reference.fromInteger(f, value, mode);
          },
          draw: (random) => [integer(width, random), 0n, 0n],
        },
      ];
    }),
  );
  const other = f === F32 ? F64 : F32;
  return [
    ...arithmetic,
    ...comparisons,
    ...integers,
    {
      name: 'sqrt',
      operands: 1,
      ours: (x, mode, nxSet) => unsigned(f.width, call('sqrt', 1, x, mode, Number(nxSet))),
      expected: ([a], mode) => reference.sqrt(f, a, mode),
      draw: (random) => {
        const a = operand(f, random);
        // Squares have exact roots.
        return [random.below(3) === 0 ? reference.mul(f, a, a, 0).bits : a, 0n, 0n];
      },
    },
    {
      name: 'fma',
      operands: 3,
      ours: (x, mode, nxSet) => unsigned(f.width, call('fma', 3, x, mode, Number(nxSet))),
      expected: ([a, b, c], mode) => reference.fma(f, a, b, c, mode),
      draw: (random) => {
        const a = operand(f, random);
        const b = related(f, a, random);
        const nearProduct = reference.mul(f, a, b, random.below(5)).bits;
        return [a, b, related(f, nearProduct, random)];
      },
    },
    {
      name: 'classify',
      operands: 1,
      ours: (x) => unsigned(32, call('classify', 1, x)),
      expected: ([a]) => reference.classify(f, a),
    },
    {
      name: `from_${other.name}`,
      operands: 1,
      ours: ([a], mode, nxSet) => {
        const rest = f === F32 ? [mode, Number(nxSet)] : [];
        const convert = core(`${f.name}_from_${other.name}`);
        return unsigned(f.width, convert(parameter(other, a), ...rest));
      },
      expected: ([a], mode) => reference.convert(f, other, a, mode),
      draw: (random) => {
        const a = operand(other, random);
        // Half of binary64's operands near binary32's range and its halfway points.
        if (f === F64 || random.below(2) === 0) return [a, 0n, 0n];
        const near = reference.convert(F64, F32, operand(F32, random), 0).bits;
        const offset = (BigInt(random.below(3)) << 28n) + BigInt(random.below(3) - 1);
        return [BigInt.asUintN(64, near + offset), 0n, 0n];
      },
    },
  ];
}

function integer(width: 32 | 64, random: Random): bigint {
  const n = random.bits(1 + random.below(width)) << BigInt(random.below(width));
  const moved = n + BigInt(random.below(3) - 1);
  return BigInt.asUintN(width, random.below(2) === 0 ? moved : -moved);
}

function draw(f: Format, operation: Operation, random: Random): Operands {
  if (operation.draw) return operation.draw(random);
  const a = operand(f, random);
  return [a, operation.operands > 1 ? related(f, a, random) : 0n, 0n];
}

describe.each([F32, F64])('$name against the exact model', (f) => {
  it.each(operations(f))('$name', (operation) => {
    const random = new Random(f.width + operation.name.length);
    const clearFlags = core('clearFlags');
    const takeFlags = core('takeFlags');
    let inexact = 0;
    for (let n = 0; n < CASES; n++) {
      const operands = draw(f, operation, random);
      const mode = random.below(3) === 0 ? 0 : random.below(5);
      // With NX already set the core may leave it out, and may not raise anything wrong.
      const nxSet = random.below(2) === 0;
      const known = nxSet ? NX : 0;
      clearFlags();
      const bits = operation.ours(operands, mode, nxSet);
      const flags = Number(takeFlags());
      const expected = operation.expected(operands, mode);
      if (expected.flags & NX) inexact++;
      if (bits !== expected.bits || (flags | known) !== (expected.flags | known)) {
        const show = (x: bigint) => `0x${x.toString(16)}`;
        throw new Error(
          `case ${n}: ${f.name}_${operation.name}(${operands.slice(0, operation.operands).map(show).join(', ')}) ` +
            `${MODES[mode]}${nxSet ? ' with NX set' : ''} gave ${show(bits)} flags ${flags}, ` +
            `expected ${show(expected.bits)} flags ${expected.flags}`,
        );
      }
    }
    const rounds = /add|sub|mul|div|sqrt|fma|to_|from_.64/.test(operation.name);
    if (rounds && !(f === F64 && operation.name === 'from_f32')) {
      expect(inexact).toBeGreaterThan(CASES / 20);
    }
  });
});

describe('against the arithmetic of JavaScript, rounding to nearest', () => {
  const view = new DataView(new ArrayBuffer(8));
  const toDouble = (bits: bigint) => {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  };
  const toSingle = (bits: bigint) => {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  };
  const fromDouble = (x: number) => {
    view.setFloat64(0, x);
    return Number.isNaN(x) ? reference.canonicalNaN(F64) : view.getBigUint64(0);
  };
  const fromSingle = (x: number) => {
    view.setFloat32(0, x);
    return Number.isNaN(x) ? reference.canonicalNaN(F32) : BigInt(view.getUint32(0));
  };
  const operators: [string, (a: number, b: number) => number][] = [
    ['add', (a, b) => a + b],
    ['sub', (a, b) => a - b],
    ['mul', (a, b) => a * b],
    ['div', (a, b) => a / b],
    ['sqrt', (a) => Math.sqrt(a)],
  ];

  it.each(operators)('%s', (name, operator) => {
    const random = new Random(name.length);
    for (let n = 0; n < CASES; n++) {
      for (const f of [F32, F64]) {
        const [to, from] = f === F32 ? [toSingle, fromSingle] : [toDouble, fromDouble];
        const a = operand(f, random);
        const operands = name === 'sqrt' ? [a] : [a, related(f, a, random)];
        // One operation in binary64 rounded again to binary32 equals one operation in binary32.
        const want = from(operator(to(a), to(operands[1] ?? 0n)));
        const args = operands.map((x) => parameter(f, x));
        const got = unsigned(f.width, core(`${f.name}_${name}`)(...args, 0, n & 1));
        if (got !== want) expect([name, ...operands, got]).toEqual([name, ...operands, want]);
      }
    }
  });
});
