import type { Row } from '../row.js';
import { INTEGER_PROGRAMS } from './programs/all.js';

const mean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/**
 * `vcpu/integer`: for each engine the geometric mean of its rows of the integer programs. Engines that lack
 * one of them, because it was not chosen or failed, have no such row.
 */
export function integerMeans(rows: readonly Row[]): Row[] {
  const engines = new Set(rows.map((row) => row.engine));
  return [...engines].flatMap((engine) => {
    const parts = INTEGER_PROGRAMS.flatMap(({ name }) =>
      rows.filter((row) => row.group === 'vcpu' && row.engine === engine && row.name === name),
    );
    const [first] = parts;
    if (first === undefined || parts.length < INTEGER_PROGRAMS.length) return [];
    return {
      ...first,
      name: 'integer',
      median: mean(parts.map((row) => row.median)),
      min: mean(parts.map((row) => row.min)),
      max: mean(parts.map((row) => row.max)),
    };
  });
}
