import type { Benchmark } from './benchmark.js';
import { UsageError } from './errors.js';

/**
 * The benchmarks that `names` choose, in their own order; all of them without names. Those too long for a
 * `quick` run must then be named themselves, or be all that their group has. A name is a group's, a
 * benchmark's, or both: `vcpu`, `alu`, `vcpu/alu`.
 *
 * @throws UsageError that lists what is known
 */
export function selectBenchmarks(
  benchmarks: readonly Benchmark[],
  names: readonly string[],
  quick = false,
): Benchmark[] {
  const isCalled = (benchmark: Benchmark, wanted: string) =>
    [benchmark.group, benchmark.name, `${benchmark.group}/${benchmark.name}`].includes(wanted);
  const isAllLong = (name: string) =>
    benchmarks.every(({ group, long }) => group !== name || long === true);
  for (const wanted of names) {
    if (benchmarks.some((benchmark) => isCalled(benchmark, wanted))) continue;
    const groups = new Set(benchmarks.map(({ group }) => group));
    const lists = [...groups].map((group) => {
      const members = benchmarks.filter((benchmark) => benchmark.group === group);
      return `${group} (${members.map(({ name }) => name).join(' ')})`;
    });
    throw new UsageError(`there is no benchmark '${wanted}'; known are: ${lists.join(', ')}`);
  }
  return benchmarks.filter((benchmark) => {
    const { group, long } = benchmark;
    const calling = names.filter((wanted) => isCalled(benchmark, wanted));
    if (quick && long) return calling.some((wanted) => wanted !== group || isAllLong(group));
    return names.length === 0 || calling.length > 0;
  });
}
