import { expect, test } from 'vitest';
import type { Benchmark } from './benchmark.js';
import { selectBenchmarks } from './selection.js';

const benchmark = (group: string, name: string): Benchmark => ({
  group,
  name,
  run: async () => {},
});
const ALL = [benchmark('vcpu', 'alu'), benchmark('vcpu', 'trap'), benchmark('guest', 'boot')];

test.each([
  { names: [], chosen: ['alu', 'trap', 'boot'] },
  { names: ['vcpu'], chosen: ['alu', 'trap'] },
  { names: ['boot', 'vcpu/alu'], chosen: ['alu', 'boot'] },
])('$names choose $chosen', ({ names, chosen }) => {
  expect(selectBenchmarks(ALL, names).map(({ name }) => name)).toEqual(chosen);
});

test('a quick run leaves out what is long, unless it is named', () => {
  const all = [...ALL, { ...benchmark('disk', 'read'), long: true }];
  expect(selectBenchmarks(all, [], true)).toHaveLength(3);
  expect(selectBenchmarks(all, [], false)).toHaveLength(4);
  expect(selectBenchmarks(all, ['disk', 'trap'], true).map(({ name }) => name)).toEqual(['trap']);
  expect(selectBenchmarks(all, ['read'], true).map(({ name }) => name)).toEqual(['read']);
});

test('an unknown name is an error that lists the known ones', () => {
  expect(() => selectBenchmarks(ALL, ['boot', 'vcpu/boot'])).toThrow(
    "there is no benchmark 'vcpu/boot'; known are: vcpu (alu trap), guest (boot)",
  );
});
