import { expect, test } from 'vitest';
import { describeMarks } from './marks.js';
import { type Row, rowOf } from './row.js';

const row = (name: string, engine: string, better: Row['better'], ...samples: number[]): Row => {
  const [group = '', own = ''] = name.split('/');
  return rowOf({ group, name: own, engine, unit: 'x', better }, samples);
};

test.each([
  [
    'vcpu/integer',
    'higher',
    1500,
    'vcpu/integer: 1.50 × qemu (at least 0.8, the aim is 1.5): the aim is reached',
  ],
  [
    'vcpu/integer',
    'higher',
    800,
    'vcpu/integer: 0.800 × qemu (at least 0.8, the aim is 1.5): kept',
  ],
  [
    'vcpu/integer',
    'higher',
    799,
    'vcpu/integer: 0.799 × qemu (at least 0.8, the aim is 1.5): MISSED',
  ],
  ['guest/boot', 'lower', 1790, 'guest/boot: 1.79 × qemu (at most 1.8, the aim is 1): kept'],
  ['guest/boot', 'lower', 1810, 'guest/boot: 1.81 × qemu (at most 1.8, the aim is 1): MISSED'],
] as const)('%s, %s is better: %d beside 1000 of QEMU', (name, better, value, line) => {
  const rows = [row(name, 'wasm', better, value), row(name, 'qemu', better, 1000)];
  expect(describeMarks(rows)).toEqual([line]);
});

test('what is beside nothing counts by its worst run', () => {
  expect(describeMarks([row('pauses/boot-compiling', 'wasm', 'lower', 3, 4, 21)])).toEqual([
    'pauses/boot-compiling: 21.0 x (at most 20, the aim is 5): MISSED',
  ]);
});

test('a row that was not measured, or has nothing beside it, has no line', () => {
  const alone = row('vcpu/integer', 'wasm', 'higher', 1);
  const others = row('vcpu/integer', 'wasm-interpreter', 'higher', 1);
  expect(describeMarks([alone, others])).toEqual([]);
});
