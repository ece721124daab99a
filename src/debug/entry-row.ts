import type { EntryFlags, TableEntry } from '../vm/walk/table-entry.js';
import { hex, sizeText } from './figure-text.js';

/** The columns of `entryRow`, of which the first is as wide as its rail. */
export const ENTRY_HEADING =
  '  # stage level index  at             entry               flags     leads to';

const MEMORY_TYPES = ['', ', NC', ', IO', ', reserved type'];
/** From the highest bit on, as the manual draws them. */
const LETTERS: readonly (readonly [keyof EntryFlags, string])[] = [
  ['dirty', 'D'],
  ['accessed', 'A'],
  ['global', 'G'],
  ['user', 'U'],
  ['execute', 'X'],
  ['write', 'W'],
  ['read', 'R'],
  ['valid', 'V'],
];

/** An entry in columns: what it is of, where it is, what it says. */
export function entryRow(entry: TableEntry, stage: string): string {
  const { number, level, index, physical, value, flags } = entry;
  const letters = LETTERS.map(([flag, letter]) => (flags[flag] ? letter : '.')).join('');
  return [
    `${number}`.padStart(3),
    stage.padEnd(5),
    `${level}`.padStart(5),
    `${index}`.padStart(5),
    '',
    hex(physical).padEnd(14),
    hex(value, 16),
    '',
    letters,
    '',
    leadsTo(entry),
  ].join(' ');
}

function leadsTo({ kind, target, pageSize, flags }: TableEntry): string {
  if (kind === 'invalid') return 'nothing';
  const type = MEMORY_TYPES[flags.memoryType] ?? '';
  if (kind === 'table') return `table ${hex(target)}${type}`;
  return `page ${hex(target)}, ${sizeText(pageSize)}${flags.napot ? ' (N)' : ''}${type}`;
}
