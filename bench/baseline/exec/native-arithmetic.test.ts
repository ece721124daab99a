import { describe, expect, it } from 'vitest';
import { Hart } from '../hart/hart.js';
import { HostMemory } from '../memory/host-memory.js';
import { beginFlags, flags, NX } from '../softfloat/flags.js';
import { Vm } from '../vm/vm.js';
import { fusedDouble } from './fused-double.js';
import { addDouble, divideDouble, multiplyDouble, squareRootDouble } from './native-double.js';
import {
  addSingle,
  divideSingle,
  fusedSingle,
  multiplySingle,
  squareRootSingle,
} from './native-single.js';

const third = Math.fround(1 / 3);
const hart = new Hart(new Vm(new HostMemory(0), 0, 0, 0n, 0), 0, 0n);
const UNTOUCHED = 77;

type Double = (f: Float64Array, ...registers: [number, number, number, number]) => boolean;
type Single = (hart: Hart, ...registers: [number, number, number, number]) => boolean;

/** The result of operands in f1 to f3; undefined if it is not proven, f0 being untouched. */
function doubles(operation: Double, ...operands: number[]): number | undefined {
  hart.f64.set([UNTOUCHED, ...operands]);
  if (operation(hart.f64, 0, 1, 2, 3)) return hart.f64[0];
  expect(hart.f64[0]).toBe(UNTOUCHED);
  return undefined;
}

function singles(operation: Single, ...operands: number[]): number | undefined {
  for (const [n, x] of [UNTOUCHED, ...operands].entries()) {
    hart.f32[2 * n] = x;
    hart.f[2 * n + 1] = -1;
  }
  if (operation(hart, 0, 1, 2, 3)) return hart.f32[0];
  expect(hart.f32[0]).toBe(UNTOUCHED);
  return undefined;
}

const plus: Double = (f, d, a, b) => addDouble(f, d, a, b, 1);
const times: Double = (f, d, a, b) => multiplyDouble(f, d, a, b);
const by: Double = (f, d, a, b) => divideDouble(f, d, a, b);
const root: Double = (f, d, a) => squareRootDouble(f, d, a);
const fused: Double = (f, d, a, b, c) => fusedDouble(f, d, a, b, c, 1, 1);
const plusSingle: Single = (h, d, a, b) => addSingle(h, d, a, b, 1);
const timesSingle: Single = (h, d, a, b) => multiplySingle(h, d, a, b);
const bySingle: Single = (h, d, a, b) => divideSingle(h, d, a, b);
const rootSingle: Single = (h, d, a) => squareRootSingle(h, d, a);
const fusedSingles: Single = (h, d, a, b, c) => fusedSingle(h, d, a, b, c, 1, 1);

/** What ordinary arithmetic is made of must not reach the exact operations, whether NX is set or not. */
describe.each([0, NX])('native arithmetic with flags %i', (accrued) => {
  it.each<[string, () => number | undefined, number, number]>([
    ['1.5 + 2', () => doubles(plus, 1.5, 2), 3.5, 0],
    ['0.1 + 0.2', () => doubles(plus, 0.1, 0.2), 0.1 + 0.2, NX],
    ['1 - 1', () => doubles(plus, 1, -1), 0, 0],
    ['1e-310 + 1e-310', () => doubles(plus, 1e-310, 1e-310), 2e-310, 0],
    ['1.5 * 3', () => doubles(times, 1.5, 3), 4.5, 0],
    ['0.1 * 0.1', () => doubles(times, 0.1, 0.1), 0.1 * 0.1, NX],
    ['0 * -2', () => doubles(times, 0, -2), -0, 0],
    ['4.5 / 3', () => doubles(by, 4.5, 3), 1.5, 0],
    ['1 / 3', () => doubles(by, 1, 3), 1 / 3, NX],
    ['0 / 3', () => doubles(by, 0, 3), 0, 0],
    ['root of 6.25', () => doubles(root, 6.25), 2.5, 0],
    ['root of 2', () => doubles(root, 2), Math.SQRT2, NX],
    ['root of -0', () => doubles(root, -0), -0, 0],
    ['1.5 * 2 + 1', () => doubles(fused, 1.5, 2, 1), 4, 0],
    // The product is 1 - 2^-60.
    [
      '(1 + 2^-30)(1 - 2^-30) - 1',
      () => doubles(fused, 1 + 2 ** -30, 1 - 2 ** -30, -1),
      -(2 ** -60),
      0,
    ],
    ['0.1 * 0.2 + 0.3', () => doubles(fused, 0.1, 0.2, 0.3), 0.32, NX],
    ['0.1 * 0.1 + 0', () => doubles(fused, 0.1, 0.1, 0), 0.1 * 0.1, NX],
    ['0 * 5 + 0.1', () => doubles(fused, 0, 5, 0.1), 0.1, 0],
    ['single 1.5 + 2', () => singles(plusSingle, 1.5, 2), 3.5, 0],
    ['single 1 + 2^-100', () => singles(plusSingle, 1, 2 ** -100), 1, NX],
    ['single 1/3 * 1/3', () => singles(timesSingle, third, third), Math.fround(third * third), NX],
    ['single 2^-149 * 1', () => singles(timesSingle, 2 ** -149, 1), 2 ** -149, 0],
    ['single infinity * 2', () => singles(timesSingle, Infinity, 2), Infinity, 0],
    ['single 1 / 3', () => singles(bySingle, 1, 3), third, NX],
    ['single 3 / 2', () => singles(bySingle, 3, 2), 1.5, 0],
    ['single root of 2', () => singles(rootSingle, 2), Math.fround(Math.SQRT2), NX],
    ['single 3 * 2 + 1', () => singles(fusedSingles, 3, 2, 1), 7, 0],
    ['single 1/3 * 3 + 1', () => singles(fusedSingles, third, 3, 1), 2, NX],
  ])('%s', (_what, operation, result, raised) => {
    beginFlags(accrued);
    expect(operation()).toBe(result);
    expect(flags).toBe(accrued | raised);
  });

  it.each<[string, () => number | undefined]>([
    ['overflow', () => doubles(times, 1e300, 1e300)],
    ['underflow', () => doubles(times, 1e-300, 1e-300)],
    ['the smallest normal number', () => doubles(by, 2 ** -1021, 2)],
    ['division by zero', () => doubles(by, 1, 0)],
    ['root of -1', () => doubles(root, -1)],
    ['single overflow', () => singles(plusSingle, 2 ** 127, 2 ** 127)],
    ['single underflow', () => singles(timesSingle, third, 2 ** -149)],
    ['infinity - infinity', () => singles(fusedSingles, Infinity, 1, -Infinity)],
  ])('does not prove %s', (_what, operation) => {
    beginFlags(accrued);
    expect(operation()).toBeUndefined();
    expect(flags).toBe(accrued);
  });
});
