import type { Row } from '../row.js';

/** A row of a results file, with how its engine does beside the chart's base. */
export interface Bar {
  readonly row: Row;
  /** Times as good as the base: more is better, also where a lower figure is. Undefined without a base. */
  readonly ratio?: { readonly median: number; readonly low: number; readonly high: number };
}

/** The bars of one benchmark. */
export interface Cluster {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** A group of rows as bars, and the engine that they are compared with. */
export interface Scaled {
  readonly base: string | undefined;
  readonly clusters: readonly Cluster[];
}

/** The base is the first of these that a group has for most of its benchmarks. */
const BASES = ['ts', 'qemu'] as const;

/** The engines' order in a cluster, from the top. */
const ORDER = ['wasm', 'wasm-interpreter', 'ts', 'qemu'];
export const placeOf = (engine: string): number =>
  ORDER.includes(engine) ? ORDER.indexOf(engine) : ORDER.length;

/** The rows of one group, by benchmark, each beside the base's row of the same name. */
export function scale(rows: readonly Row[]): Scaled {
  const names = [...new Set(rows.map(({ name }) => name))];
  const base = BASES.find((engine) => {
    const own = rows.filter((row) => row.engine === engine && row.median > 0);
    return own.length > names.length / 2;
  });
  const clusters = names.map((name) => {
    const own = rows.filter((row) => row.name === name);
    const other = own.find((row) => row.engine === base);
    const inOrder = own.toSorted((a, b) => placeOf(a.engine) - placeOf(b.engine));
    return { name, bars: inOrder.map((row) => barOf(row, other)) };
  });
  return { base, clusters };
}

function barOf(row: Row, base: Row | undefined): Bar {
  if (base === undefined || !(base.median > 0) || !(row.min > 0)) return { row };
  const ratio = (value: number) =>
    row.better === 'higher' ? value / base.median : base.median / value;
  const ends = [ratio(row.min), ratio(row.max)];
  return {
    row,
    ratio: { median: ratio(row.median), low: Math.min(...ends), high: Math.max(...ends) },
  };
}

/** Ratios for which a logarithmic axis has lines: 1, 2 and 5 of each power of ten that is in the range. */
export function ticks(low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of [1, 2, 5]) {
      const tick = digit * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) found.push(tick);
    }
  }
  return found;
}
