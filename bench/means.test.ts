import { expect, test } from 'vitest';
import { geometricMean, meanRows } from './means.js';
import { type Row, rowOf } from './row.js';

const row = (name: string, engine: string, ...samples: number[]): Row =>
  rowOf({ group: 'g', name, engine, unit: 'MIPS', better: 'higher' }, samples);

test('the geometric mean of 1, 10 and 100 is 10', () => {
  expect(geometricMean([1, 10, 100])).toBeCloseTo(10);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test('a mean is of all its parts, or there is none', () => {
  const rows = [row('a', 'wasm', 2, 2, 4), row('b', 'wasm', 8), row('a', 'ts', 1)];
  const means = meanRows(rows, [{ group: 'g', name: 'mean', of: ['a', 'b'] }]);
  expect(means).toEqual([
    { ...row('mean', 'wasm', 4), min: expect.closeTo(4), max: expect.closeTo(Math.sqrt(32)) },
  ]);
});
