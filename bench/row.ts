/** One measured figure, as a results file keeps it. Names stay the same from version to version. */
export interface Row {
  readonly group: string;
  readonly name: string;
  readonly engine: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many runs the figures are of. */
  readonly runs: number;
}

/** A figure that could not be had, and why. */
export interface AbsentRow {
  readonly group: string;
  readonly name: string;
  readonly engine: string;
  readonly reason: string;
}

/** What a row is about. */
export type RowSubject = Pick<Row, 'group' | 'name' | 'engine' | 'unit' | 'better'>;

/**
 * The row of these samples, in any order.
 *
 * @throws RangeError without samples
 */
export function rowOf(subject: RowSubject, samples: readonly number[]): Row {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    ...subject,
    median: median(sorted),
    min: sorted.at(0) ?? 0,
    max: sorted.at(-1) ?? 0,
    runs: sorted.length,
  };
}

/**
 * The middle sample, or the mean of the two in the middle.
 *
 * @throws RangeError without samples
 */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined)
    throw new RangeError('no samples to take a median of');
  return (lower + upper) / 2;
}
