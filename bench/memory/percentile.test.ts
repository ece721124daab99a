import { expect, test } from 'vitest';
import { percentile } from './percentile.js';

test.each([
  [0.99, 99],
  [0.9, 90],
  [1, 100],
  [0, 1],
])('of 1 to 100, %d do not exceed %d', (part, value) => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, part)).toBe(value);
});

test('few samples, and none', () => {
  expect(percentile([3], 0.5)).toBe(3);
  expect(percentile([1, 2, 3], 0.9)).toBe(3);
  expect(() => percentile([], 0.9)).toThrow(RangeError);
});
