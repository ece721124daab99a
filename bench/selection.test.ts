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
  const read = { ...benchmark('disk', 'read'), long: true };
  const all = [...ALL, read, benchmark('disk', 'seek')];
  expect(selectBenchmarks(all, [], true)).toHaveLength(4);
  expect(selectBenchmarks(all, [], false)).toHaveLength(5);
  expect(selectBenchmarks(all, ['disk'], true).map(({ name }) => name)).toEqual(['seek']);
  expect(selectBenchmarks(all, ['read'], true).map(({ name }) => name)).toEqual(['read']);
  expect(selectBenchmarks([...ALL, read], ['disk'], true)).toEqual([read]);
});

test('an unknown name is an error that lists the known ones', () => {
  expect(() => selectBenchmarks(ALL, ['boot', 'vcpu/boot'])).toThrow(
    "there is no benchmark 'vcpu/boot'; known are: vcpu (alu trap), guest (boot)",
  );
});
