import { type Comparison, describeChange, rowKey } from './comparison.js';
import type { AbsentRow, Row } from './row.js';

/** The engines whose figures the others' are divided by, a column each. */
const BASES = ['qemu', 'wasm-interpreter', 'ts'] as const;

const COLUMNS = [
  ...['benchmark', 'engine', 'median', 'unit', 'min', 'max', 'runs'],
  ...BASES.map((base) => `to ${base}`),
  'change',
];
const LEFT = new Set(['benchmark', 'engine', 'unit', 'change']);

/** Three digits that count, whole numbers from a hundred on. */
export function figure(value: number): string {
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** How a figure relates to that of `base` of the same name: `0.12 × qemu`. */
function ratio(row: Row, rows: readonly Row[], base: string): string {
  const other = rows.find(
    ({ group, name, engine }) => group === row.group && name === row.name && engine === base,
  );
  if (other === undefined || row.engine === base || other.median === 0) return '';
  return `${figure(row.median / other.median)} × ${base}`;
}

/** The figures as text in columns, then what is absent and why. Columns without any text are left out. */
export function formatTable(
  rows: readonly Row[],
  absent: readonly AbsentRow[],
  comparison?: Comparison,
): string {
  const cells = rows.map((row): Record<string, string> => {
    const change = comparison?.changes.get(rowKey(row));
    return {
      benchmark: `${row.group}/${row.name}`,
      engine: row.engine,
      median: figure(row.median),
      unit: row.unit,
      min: figure(row.min),
      max: figure(row.max),
      runs: String(row.runs),
      ...Object.fromEntries(BASES.map((base) => [`to ${base}`, ratio(row, rows, base)])),
      change:
        change === undefined ? (comparison === undefined ? '' : 'new') : describeChange(change),
    };
  });
  const columns = COLUMNS.flatMap((column) => {
    const texts = cells.map((cell) => cell[column] ?? '');
    if (texts.every((text) => text === '')) return [];
    const width = Math.max(column.length, ...texts.map((text) => text.length));
    return { column, width };
  });
  const heading = Object.fromEntries(COLUMNS.map((column) => [column, column]));
  const lines = [heading, ...cells].map((line) =>
    columns
      .map(({ column, width }) => {
        const text = line[column] ?? '';
        return LEFT.has(column) ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const missing = absent.map(
    ({ group, name, engine, reason }) => `${group}/${name} ${engine}: ${reason}`,
  );
  return [...lines, ...missing].join('\n');
}
