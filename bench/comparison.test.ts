import { expect, test } from 'vitest';
import { compareRows, describeChange, rowKey, summarizeComparison } from './comparison.js';
import { type Row, rowOf } from './row.js';
import { formatTable } from './table.js';

function row(samples: number[], subject: Partial<Row> = {}): Row {
  const known = { group: 'vcpu', name: 'alu', engine: 'wasm', unit: 'MIPS' };
  return { ...rowOf({ ...known, better: 'higher' }, samples), ...subject };
}

function change(before: Row, now: Row) {
  return compareRows([before], [now]).changes.get(rowKey(now));
}

test.each([
  ['ranges apart, 20 % more', [100, 101, 102], [120, 121, 122], 'better'],
  ['ranges apart, 20 % less', [120, 121, 122], [100, 101, 102], 'worse'],
  ['ranges that overlap', [100, 101, 130], [120, 121, 122], 'same'],
  ['ranges that touch', [100, 101, 120], [120, 130, 131], 'same'],
  ['ranges apart, 4 % more', [100, 100, 101], [104, 104, 105], 'same'],
  ['equal figures', [100], [100], 'same'],
  ['a figure that was nothing', [0, 0, 0], [5, 5, 5], 'better'],
])('%s', (_, before, now, verdict) => {
  expect(change(row(before), row(now))?.verdict).toBe(verdict);
});

test('where lower is better, more is worse', () => {
  const found = change(row([10], { better: 'lower' }), row([15], { better: 'lower' }));
  expect(found && describeChange(found)).toBe('+50.0 % worse');
});

test('rows that one side lacks are said, and so are rows of another unit', () => {
  const before = [
    row([1]),
    row([1], { name: 'trap' }),
    row([1], { group: 'disk', name: 'read' }),
    row([1], { group: 'disk', name: 'write' }),
  ];
  const now = [row([2]), row([1], { name: 'trap', unit: 'k/s' })];
  const comparison = compareRows(before, now);
  const summary = summarizeComparison(comparison, 'old.json');
  expect(summary.slice(0, -1)).toEqual([
    'compared with old.json: 1 better, 0 worse, 0 within the noise',
    '  vcpu/alu wasm MIPS: +100.0 % better',
    'only in old.json: vcpu (trap wasm)',
    'only in old.json: disk (all 2 rows)',
    'only in this run: vcpu (trap wasm)',
  ]);
  const table = formatTable(now, [], comparison);
  expect(table).toMatch(/vcpu\/alu .* \+100\.0 % better\n/);
  expect(table).toMatch(/vcpu\/trap .* new$/);
});
