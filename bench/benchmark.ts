import type { AbsentRow, Row } from './row.js';

/** What a run of the suite was asked for. */
export interface Extent {
  /** Runs whose median counts. */
  readonly runs: number;
  /** Seconds that one run of a sized program should last. */
  readonly targetSeconds: number;
  /** What amounts of data are divided by. */
  readonly shrink: number;
}

export const FULL: Extent = { runs: 5, targetSeconds: 0.5, shrink: 1 };
export const QUICK: Extent = { runs: 3, targetSeconds: 0.3, shrink: 4 };

/** Where a benchmark puts its figures as they come. */
export interface Sink {
  /** Whether a row was asked for. */
  wants(row: Omit<AbsentRow, 'reason'>): boolean;
  /** What is being measured now. */
  progress(text: string): void;
  row(row: Row): void;
  absent(row: AbsentRow): void;
  /** Something that makes the run no success, such as a wrong result; a line. */
  failure(line: string): void;
}

/** A part of the suite that can be chosen by `group`, `name` or `group/name`. */
export interface Benchmark {
  readonly group: string;
  readonly name: string;
  /** Whether a quick run leaves it out, unless it is asked for by name. */
  readonly long?: boolean;
  /**
   * Measures and hands its rows to `sink`.
   *
   * @throws whatever went wrong beyond one engine's part; rows handed over by then count
   */
  run(extent: Extent, sink: Sink): Promise<void>;
}
