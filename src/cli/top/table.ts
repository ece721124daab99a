import type { WatchedProcess } from '../../node/monitor/watch.js';
import { integer } from '../report-figures.js';
import type { VmRow } from './rates.js';

/** A table for a terminal or a pipe; the second line has the columns' names. */
export function tableOf(processes: readonly WatchedProcess[], rows: readonly VmRow[]): string[] {
  const cells = [COLUMNS.map(({ title }) => title), ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, i) =>
        COLUMNS[i]?.left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [headOf(processes, rows), ...lines];
}

interface Column {
  readonly title: string;
  readonly left?: true;
  readonly cell: (row: VmRow) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'PID', cell: ({ process }) => process },
  { title: 'VM', cell: ({ id }) => String(id) },
  { title: 'CPU', cell: ({ cpu }) => share(cpu) },
  { title: 'RES', cell: ({ exclusive }) => size(exclusive) },
  { title: 'SHARED', cell: ({ shared }) => size(shared) },
  { title: 'SAVED', cell: ({ saved }) => size(saved) },
  { title: 'DIRTY/S', cell: ({ dirtyPagesPerSecond }) => count(dirtyPagesPerSecond) },
  { title: 'EXITS/S', cell: ({ exitsPerSecond }) => count(exitsPerSecond) },
  { title: 'STATE', left: true, cell: ({ state }) => shown(state) },
  { title: 'NAME', left: true, cell: ({ name }) => shown(name) },
];

const cellsOf = (row: VmRow) => COLUMNS.map(({ cell }) => cell(row));

function headOf(processes: readonly WatchedProcess[], rows: readonly VmRow[]): string {
  const hosts = processes.flatMap((process) => process.hosts);
  const sum = (what: (host: (typeof hosts)[number]) => number) =>
    hosts.reduce((all, host) => all + what(host), 0);
  const cpu = rows.reduce((all, row) => all + (row.cpu ?? 0), 0);
  const used = `${size(sum(({ memory }) => memory.used))} of ${size(sum(({ memory }) => memory.total))}`;
  return `${many(rows.length, 'VM')} in ${many(processes.length, 'process')}, CPU ${share(cpu)}, memory ${used}`;
}

const many = (count: number, what: string) =>
  `${count} ${what}${count === 1 ? '' : what.endsWith('s') ? 'es' : 's'}`;

const share = (value: number | null) => (value === null ? '-' : `${(100 * value).toFixed(1)} %`);
const count = (value: number | null) => (value === null ? '-' : integer(value));

/** Bytes, in the units of `--memory`. */
function size(bytes: number): string {
  for (const [unit, name] of UNITS) {
    if (bytes >= unit) return `${(bytes / unit).toFixed(bytes / unit < 100 ? 1 : 0)}${name}`;
  }
  return bytes === 0 ? '0' : `${Math.ceil(bytes / 1024)}K`;
}
const UNITS = [
  [2 ** 30, 'G'],
  [2 ** 20, 'M'],
] as const;

/** Names come from programs: none may steer the terminal, or take the whole line. */
function shown(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return name.slice(0, 40).replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
