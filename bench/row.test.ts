import { expect, test } from 'vitest';
import { median, rowOf } from './row.js';

const SUBJECT = { group: 'g', name: 'n', engine: 'e', unit: 's', better: 'lower' } as const;

test('a row has the median and the spread of its samples, whatever their order', () => {
  expect(rowOf(SUBJECT, [10, 9, 100])).toEqual({
    ...SUBJECT,
    median: 10,
    min: 9,
    max: 100,
    runs: 3,
  });
});

test('the median of an even number of samples lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('no samples, no figure', () => {
  expect(() => rowOf(SUBJECT, [])).toThrow(RangeError);
});
