import type { AbsentRow, Row } from './row.js';

/** The engine whose figures the others' are divided by. */
const PEER = 'qemu';

const COLUMNS = ['benchmark', 'engine', 'median', 'unit', 'min', 'max', 'runs', 'ratio'] as const;
const LEFT = new Set(['benchmark', 'engine', 'unit']);

/** Three digits that count, whole numbers from a hundred on. */
function figure(value: number): string {
  if (value >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** How a figure relates to QEMU's of the same name: `0.12 × qemu`. */
function ratio(row: Row, rows: readonly Row[]): string {
  const peer = rows.find(
    ({ group, name, engine }) => group === row.group && name === row.name && engine === PEER,
  );
  if (peer === undefined || row.engine === PEER || peer.median === 0) return '';
  return `${figure(row.median / peer.median)} × ${PEER}`;
}

/** The figures as text in columns, then what is absent and why. */
export function formatTable(rows: readonly Row[], absent: readonly AbsentRow[]): string {
  const cells = rows.map((row) => ({
    benchmark: `${row.group}/${row.name}`,
    engine: row.engine,
    median: figure(row.median),
    unit: row.unit,
    min: figure(row.min),
    max: figure(row.max),
    runs: String(row.runs),
    ratio: ratio(row, rows),
  }));
  const heading = Object.fromEntries(COLUMNS.map((column) => [column, column]));
  const lines = [heading, ...cells].map((line) =>
    COLUMNS.map((column) => {
      const texts = [column, ...cells.map((cell) => cell[column])];
      const width = Math.max(...texts.map((text) => text.length));
      const text = (line as Record<string, string>)[column] ?? '';
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
