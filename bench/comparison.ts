import type { Row } from './row.js';

/** Machines drift from run to run by more than the runs of one of them differ: less is no change. */
const LEAST_CHANGE = 0.05;

/** The rule, for those who read the figures. */
export const NOISE_RULE =
  'a row has changed if the ranges from min to max do not overlap ' +
  `and the medians differ by more than ${LEAST_CHANGE * 100} %; all else is noise`;

/** What became of a figure. */
export interface Change {
  readonly verdict: 'better' | 'worse' | 'same';
  /** The median's, as a part of what it was before: 0.1 for 10 % more. */
  readonly difference: number;
}

/** Two runs of the suite, row by row. */
export interface Comparison {
  /** By `rowKey`, of all rows that are on both sides. */
  readonly changes: ReadonlyMap<string, Change>;
  readonly onlyBefore: readonly Row[];
  readonly onlyNow: readonly Row[];
}

/** Rows with one key can be compared. */
export const rowKey = ({ group, name, engine, unit }: Row): string =>
  `${group}/${name} ${engine} ${unit}`;

/** What changed by more than the noise (NOISE_RULE). */
export function compareRows(before: readonly Row[], now: readonly Row[]): Comparison {
  const earlier = new Map(before.map((row) => [rowKey(row), row]));
  const changes = new Map<string, Change>();
  const onlyNow: Row[] = [];
  for (const row of now) {
    const key = rowKey(row);
    const other = earlier.get(key);
    if (other === undefined) onlyNow.push(row);
    else changes.set(key, changeOf(other, row));
    earlier.delete(key);
  }
  return { changes, onlyBefore: [...earlier.values()], onlyNow };
}

function changeOf(before: Row, now: Row): Change {
  const difference = before.median === now.median ? 0 : now.median / before.median - 1;
  const overlap = before.min <= now.max && now.min <= before.max;
  if (overlap || Math.abs(difference) <= LEAST_CHANGE) return { verdict: 'same', difference };
  const grew = now.median > before.median;
  return { verdict: grew === (now.better === 'higher') ? 'better' : 'worse', difference };
}

/** `+12.3 % better`; empty within the noise. */
export function describeChange({ verdict, difference }: Change): string {
  if (verdict === 'same') return '~';
  if (!Number.isFinite(difference)) return verdict;
  const percent = (difference * 100).toFixed(1);
  return `${difference > 0 ? '+' : ''}${percent} % ${verdict}`;
}

/** The comparison with `file` in lines: counts, then what changed, then which rows one side lacks. */
export function summarizeComparison(comparison: Comparison, file: string): string[] {
  const of = (verdict: Change['verdict']) =>
    [...comparison.changes].filter(([, change]) => change.verdict === verdict);
  const counts =
    `${of('better').length} better, ${of('worse').length} worse, ` +
    `${of('same').length} within the noise`;
  const changed = [...of('worse'), ...of('better')].map(
    ([key, change]) => `  ${key}: ${describeChange(change)}`,
  );
  const both = [...comparison.changes.keys()].map((key) => key.split('/')[0] ?? '');
  return [
    `compared with ${file}: ${counts}`,
    ...changed,
    ...missing(`only in ${file}`, comparison.onlyBefore, both),
    ...missing('only in this run', comparison.onlyNow, both),
    `(${NOISE_RULE})`,
  ];
}

/** Rows that are on one side, a line for each group; whole groups are counted, not listed. */
function missing(where: string, rows: readonly Row[], groupsOfBoth: readonly string[]): string[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.map((group) => {
    const own = rows.filter((row) => row.group === group);
    if (!groupsOfBoth.includes(group)) return `${where}: ${group} (all ${own.length} rows)`;
    return `${where}: ${group} (${own.map(({ name, engine }) => `${name} ${engine}`).join(', ')})`;
  });
}
