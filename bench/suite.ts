import type { Benchmark, Extent, Sink } from './benchmark.js';
import type { AbsentRow, Row } from './row.js';
import { integerMeans } from './vcpu/integer-mean.js';

/** What a run of the suite gave. */
export interface Outcome {
  readonly rows: readonly Row[];
  readonly absent: readonly AbsentRow[];
  /** Benchmarks that failed, wrong results among them; a line each. The run was no success. */
  readonly failures: readonly string[];
}

/** Runs the benchmarks one after the other. One that fails does not keep the others from running. */
export async function runSuite(
  benchmarks: readonly Benchmark[],
  extent: Extent,
  report: (line: string) => void,
): Promise<Outcome> {
  const rows: Row[] = [];
  const absent: AbsentRow[] = [];
  const failures: string[] = [];
  const sink = (place: string): Sink => ({
    progress: (text) => report(`${place} ${text}`),
    row: (row) => {
      rows.push(row);
      report(`${place}   ${row.name} ${row.engine}: ${row.median.toPrecision(4)} ${row.unit}`);
    },
    absent: (row) => {
      absent.push(row);
      report(`${place}   ${row.name} ${row.engine}: ${row.reason}`);
    },
  });
  for (const [index, benchmark] of benchmarks.entries()) {
    try {
      await benchmark.run(extent, sink(`[${index + 1}/${benchmarks.length}]`));
    } catch (error) {
      const line = `${benchmark.group}/${benchmark.name} failed: ${(error as Error).message}`;
      failures.push(line);
      report(line);
    }
  }
  return { rows: byGroup([...rows, ...integerMeans(rows)]), absent, failures };
}

/** The rows of each group together, in the order in which the groups began. */
function byGroup(rows: readonly Row[]): Row[] {
  const groups = new Set(rows.map(({ group }) => group));
  return [...groups].flatMap((group) => rows.filter((row) => row.group === group));
}
