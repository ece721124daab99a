import type { Row } from './row.js';

/** A row made of others: `group/name`, for each engine the geometric mean of its rows of `of`. */
export interface Mean {
  readonly group: string;
  readonly name: string;
  readonly of: readonly string[];
}

/** @throws RangeError without values */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values to take a mean of');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * The rows of these means. An engine that lacks one of a mean's parts, because it was not chosen or failed, has
 * no such row: a mean of fewer would be a figure of something else.
 */
export function meanRows(rows: readonly Row[], means: readonly Mean[]): Row[] {
  return means.flatMap(({ group, name, of }) => {
    const parts = rows.filter((row) => row.group === group && of.includes(row.name));
    const engines = new Set(parts.map(({ engine }) => engine));
    return [...engines].flatMap((engine) => {
      const own = parts.filter((row) => row.engine === engine);
      const [first] = own;
      if (first === undefined || own.length < of.length) return [];
      return {
        ...first,
        name,
        median: geometricMean(own.map((row) => row.median)),
        min: geometricMean(own.map((row) => row.min)),
        max: geometricMean(own.map((row) => row.max)),
        runs: Math.min(...own.map((row) => row.runs)),
      };
    });
  });
}
