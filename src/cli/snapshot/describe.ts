import type { JsonObject } from '../../core/json.js';
import { describeState, type StateField } from '../../core/state-section.js';
import { formatMemorySize } from '../../machine/memory-size.js';
import type { SnapshotInfo } from '../../snapshot/snapshot-info.js';
import type { SnapshotReader } from '../../snapshot/snapshot-reader.js';
import { integer } from '../report-figures.js';

/** As many digits of an id as tell snapshots of a store apart. */
const DIGITS = 12;
/** Of a field with many elements, so many that are not zero are shown. */
const MOST_ELEMENTS = 8;
const MEGABYTE = 1e6;

/** What files of others bring is not to reach the terminal as it is. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?');

export const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

const shortId = (id: string) => id.slice(0, DIGITS);
const when = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** A snapshot in a line. */
export function line({ id, name, pages, newPages, bytes }: SnapshotInfo): string {
  const called = name === undefined ? '' : ` ${printable(name)}`;
  return `${shortId(id)}${called}: ${integer(pages)} pages, ${integer(newPages)} of them new, ${megabytes(bytes)}`;
}

/** A head and a row for each. */
export function listTable(infos: readonly SnapshotInfo[]): string[] {
  const rows = infos.map((info) => [
    shortId(info.id),
    printable(info.name ?? ''),
    when(info.time),
    formatMemorySize(info.memory),
    String(info.cpus),
    integer(info.pages),
    integer(info.newPages),
    megabytes(info.bytes),
    info.parent === undefined ? '' : shortId(info.parent),
  ]);
  const head = ['ID', 'NAME', 'TAKEN (UTC)', 'MEMORY', 'CPUS', 'PAGES', 'NEW', 'STORED', 'PARENT'];
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const isNumber = (i: number) => i >= 4 && i <= 7;
  return all.map((row) =>
    row
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** All that a store knows of a snapshot, a line each. */
export function description(info: SnapshotInfo, machine: JsonObject): string[] {
  const { clock, console } = machine as { clock?: { kind?: unknown }; console?: unknown };
  const optional = (label: string, text: string | undefined) =>
    text === undefined ? [] : [`${label.padEnd(9)} ${printable(text)}`];
  return [
    `id        ${info.id}`,
    ...optional('name', info.name),
    ...optional('parent', info.parent),
    `taken     ${when(info.time)} UTC`,
    `format    ${info.formatVersion}`,
    `machine   ${formatMemorySize(info.memory)} of memory, ${info.cpus} CPU${info.cpus === 1 ? '' : 's'}, ${printable(info.cpu)}`,
    `clock     ${printable(String(clock?.kind ?? 'unknown'))}`,
    `console   ${printable(String(console ?? 'unknown'))}`,
    ...info.disks.map(
      ({ size, blocks, kind }, index) =>
        `disk ${index}    ${formatMemorySize(size)}, ${kind === 'stored' ? `${integer(blocks)} pages in the snapshot` : 'to be given again with --drive'}`,
    ),
    `pages     ${integer(info.pages)}, ${integer(info.newPages)} of them new then`,
    `stored    ${megabytes(info.bytes)} then`,
  ];
}

/** The sections of a machine's state, field by field. @throws SnapshotError for a damaged one */
export function stateLines(reader: SnapshotReader): string[] {
  return reader.sections.flatMap((name) => {
    const { version, fields } = describeState(reader.state(name) ?? new Uint8Array(0));
    return ['', `${printable(name)}, version ${version}`, ...fields.map(fieldLine)];
  });
}

function fieldLine({ name, values }: StateField): string {
  const hex = (value: number | bigint) => `0x${value.toString(16)}`;
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `  ${name} ${hex(only)}`;
  const set: string[] = [];
  let count = 0;
  for (const [index, value] of values.entries()) {
    if (BigInt(value) === 0n) continue;
    if (++count <= MOST_ELEMENTS) set.push(`[${index}] ${hex(value)}`);
  }
  const more = count > MOST_ELEMENTS ? ` and ${count - MOST_ELEMENTS} more` : '';
  return `  ${name} of ${values.length}: ${count === 0 ? 'zeros' : set.join(' ')}${more}`;
}
