import { describe, expect, it } from 'vitest';
import { beginFlags, flags, NX } from './flags.js';
import { fusedDouble, fusedSingle } from './fused-native.js';
import {
  addDouble,
  addSingle,
  divideDouble,
  divideSingle,
  multiplyDouble,
  multiplySingle,
  squareRootDouble,
  squareRootSingle,
} from './native.js';

const third = Math.fround(1 / 3);

/** What ordinary arithmetic is made of must not reach the exact operations, whether NX is set or not. */
describe.each([0, NX])('native arithmetic with flags %i', (accrued) => {
  it.each<[string, () => number, number, number]>([
    ['1.5 + 2', () => addDouble(1.5, 2), 3.5, 0],
    ['0.1 + 0.2', () => addDouble(0.1, 0.2), 0.1 + 0.2, NX],
    ['1 - 1', () => addDouble(1, -1), 0, 0],
    ['1e-310 + 1e-310', () => addDouble(1e-310, 1e-310), 2e-310, 0],
    ['1.5 * 3', () => multiplyDouble(1.5, 3), 4.5, 0],
    ['0.1 * 0.1', () => multiplyDouble(0.1, 0.1), 0.1 * 0.1, NX],
    ['0 * -2', () => multiplyDouble(0, -2), -0, 0],
    ['4.5 / 3', () => divideDouble(4.5, 3), 1.5, 0],
    ['1 / 3', () => divideDouble(1, 3), 1 / 3, NX],
    ['0 / 3', () => divideDouble(0, 3), 0, 0],
    ['root of 6.25', () => squareRootDouble(6.25), 2.5, 0],
    ['root of 2', () => squareRootDouble(2), Math.SQRT2, NX],
    ['root of -0', () => squareRootDouble(-0), -0, 0],
    ['1.5 * 2 + 1', () => fusedDouble(1.5, 2, 1), 4, 0],
    // The product is 1 - 2^-60.
    [
      '(1 + 2^-30)(1 - 2^-30) - 1',
      () => fusedDouble(1 + 2 ** -30, 1 - 2 ** -30, -1),
      -(2 ** -60),
      0,
    ],
    ['0.1 * 0.2 + 0.3', () => fusedDouble(0.1, 0.2, 0.3), 0.32, NX],
    ['0.1 * 0.1 + 0', () => fusedDouble(0.1, 0.1, 0), 0.1 * 0.1, NX],
    ['0 * 5 + 0.1', () => fusedDouble(0, 5, 0.1), 0.1, 0],
    ['single 1.5 + 2', () => addSingle(1.5, 2), 3.5, 0],
    ['single 1 + 2^-100', () => addSingle(1, 2 ** -100), 1, NX],
    ['single 1/3 * 1/3', () => multiplySingle(third, third), Math.fround(third * third), NX],
    ['single 2^-149 * 1', () => multiplySingle(2 ** -149, 1), 2 ** -149, 0],
    ['single infinity * 2', () => multiplySingle(Infinity, 2), Infinity, 0],
    ['single 1 / 3', () => divideSingle(1, 3), third, NX],
    ['single 3 / 2', () => divideSingle(3, 2), 1.5, 0],
    ['single root of 2', () => squareRootSingle(2), Math.fround(Math.SQRT2), NX],
    ['single 3 * 2 + 1', () => fusedSingle(3, 2, 1), 7, 0],
    ['single 1/3 * 3 + 1', () => fusedSingle(third, 3, 1), 2, NX],
  ])('%s', (_what, operation, result, raised) => {
    beginFlags(accrued);
    expect(operation()).toBe(result);
    expect(flags).toBe(accrued | raised);
  });

  it.each<[string, () => number]>([
    ['overflow', () => multiplyDouble(1e300, 1e300)],
    ['underflow', () => multiplyDouble(1e-300, 1e-300)],
    ['the smallest normal number', () => divideDouble(2 ** -1021, 2)],
    ['division by zero', () => divideDouble(1, 0)],
    ['root of -1', () => squareRootDouble(-1)],
    ['single overflow', () => addSingle(2 ** 127, 2 ** 127)],
    ['single underflow', () => multiplySingle(third, 2 ** -149)],
    ['infinity - infinity', () => fusedSingle(Infinity, 1, -Infinity)],
  ])('does not prove %s', (_what, operation) => {
    beginFlags(accrued);
    expect(operation()).toBeNaN();
    expect(flags).toBe(accrued);
  });
});
