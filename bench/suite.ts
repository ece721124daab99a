import type { Benchmark, Extent, Sink } from './benchmark.js';
import type { EngineChoice } from './engines/names.js';
import { type Mean, meanRows } from './means.js';
import type { AbsentRow, Row } from './row.js';

/** What a run of the suite gave. */
export interface Outcome {
  readonly rows: readonly Row[];
  readonly absent: readonly AbsentRow[];
  /** What failed, wrong results among it; a line each. The run was no success. */
  readonly failures: readonly string[];
  /** What each group took, in seconds. */
  readonly seconds: ReadonlyMap<string, number>;
}

export interface SuiteOptions {
  readonly extent: Extent;
  /** All engines if not given. */
  readonly wants?: EngineChoice;
  readonly means?: readonly Mean[];
  /** Told of progress, a line each. */
  readonly report?: (line: string) => void;
}

/** Runs the benchmarks one after the other. One that fails does not keep the others from running. */
export async function runSuite(
  benchmarks: readonly Benchmark[],
  { extent, wants = () => true, means = [], report = () => {} }: SuiteOptions,
): Promise<Outcome> {
  const rows: Row[] = [];
  const absent: AbsentRow[] = [];
  const failures: string[] = [];
  const seconds = new Map<string, number>();
  const failure = (line: string) => {
    failures.push(line);
    report(line);
  };
  const sink = (place: string): Sink => ({
    wants,
    progress: (text) => report(`${place} ${text}`),
    row: (row) => {
      rows.push(row);
      report(`${place}   ${row.name} ${row.engine}: ${row.median.toPrecision(4)} ${row.unit}`);
    },
    absent: (row) => {
      absent.push(row);
      report(`${place}   ${row.name} ${row.engine}: ${row.reason}`);
    },
    failure,
  });
  for (const [index, benchmark] of benchmarks.entries()) {
    const { group } = benchmark;
    const began = performance.now();
    try {
      await benchmark.run(extent, sink(`[${index + 1}/${benchmarks.length}]`));
    } catch (error) {
      failure(`${benchmark.group}/${benchmark.name} failed: ${(error as Error).message}`);
    }
    seconds.set(group, (seconds.get(group) ?? 0) + (performance.now() - began) / 1000);
  }
  return { rows: byGroup([...rows, ...meanRows(rows, means)]), absent, failures, seconds };
}

/** The rows of each group together, in the order in which the groups began. */
function byGroup(rows: readonly Row[]): Row[] {
  const groups = new Set(rows.map(({ group }) => group));
  return [...groups].flatMap((group) => rows.filter((row) => row.group === group));
}
