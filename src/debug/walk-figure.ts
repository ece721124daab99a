import type { AddressTranslation } from '../vm/walk/address-translation.js';
import type { TableEntry } from '../vm/walk/table-entry.js';
import type { Walk } from '../vm/walk/walk.js';
import { REGIME_MODES } from './translate-words.js';

const VERBS = { read: 'reads', write: 'writes', fetch: 'fetches from' } as const;
const MEMORY_TYPES = ['', 'NC', 'IO', 'reserved'];
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const INDENT = '  ';

const hex = (value: bigint, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** `4 KiB`. */
function sizeText(bytes: number): string {
  const unit = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 2 ** (10 * unit)} ${UNITS[unit]}`;
}

/**
 * A walk drawn as the manual's figure of two-stage translation, of 100 columns at most: the entries in the
 * order in which they are read, those of the G-stage beside what they are read for.
 */
export function walkFigure(walk: Walk): string {
  const { hart, address, access, regime, firstStage, guestStage, entries } = walk;
  const mode = REGIME_MODES[regime];
  const lines = [
    `hart ${hart} ${VERBS[access]} ${hex(address, 16)} in ${mode}-mode`,
    '',
    ...[firstStage, guestStage].flatMap((stage) => (stage ? [registerLine(stage, walk)] : [])),
  ];
  if (firstStage !== undefined) lines.push('');
  if (entries.length > 0) {
    lines.push(
      `${INDENT}     #  stage level index  at             entry               flags     leads to`,
    );
    lines.push(...entryLines(walk), '');
  }
  lines.push(...outcomeLines(walk));
  return `${lines.join('\n')}\n`;
}

function registerLine(stage: AddressTranslation, { guestStage }: Walk): string {
  const { register, scheme, levels, space, root } = stage;
  const name = `${INDENT}${register.padEnd(6)} ${scheme.padEnd(7)}`;
  if (levels === 0) return name.trimEnd();
  const translated = register === 'vsatp' && (guestStage?.levels ?? 0) > 0;
  const place = `${translated ? 'guest-physical ' : ''}${hex(root)}`;
  return `${name} ${register === 'hgatp' ? 'VMID' : 'ASID'} ${space}, root table at ${place}`;
}

/** The entries in groups: those of the G-stage, and what they were read for. */
function entryLines(walk: Walk): string[] {
  const nested = (walk.guestStage?.levels ?? 0) > 0;
  const lines: string[] = [];
  let group: TableEntry[] = [];
  for (const entry of walk.entries) {
    if (!nested) {
      lines.push(row('   ', entry, walk));
    } else if (entry.stage === 'guest') {
      group.push(entry);
    } else {
      const { what, at } = entryTitle(entry.level, entry.index, entry.address);
      lines.push(title(what, at));
      lines.push(...group.map((each) => row('│  ', each, walk)), row('╰▶ ', entry, walk));
      group = [];
    }
  }
  if (group.length > 0) {
    const { what, at } = wanted(walk);
    lines.push(title(what, at), ...group.map((each) => row('│  ', each, walk)));
    const { outcome } = walk;
    const end = outcome.kind === 'translated' ? `▶ physical ${hex(outcome.physical)}` : '✗';
    lines.push(`${INDENT}╰${end}`);
  }
  return lines;
}

/** What the last walk of the G-stage was for: an entry that could not be read, or the address itself. */
function wanted({ entries, firstStage, guestPhysical, address }: Walk) {
  if (guestPhysical !== undefined) return { what: 'the address itself', at: guestPhysical };
  const last = entries.findLast(({ stage }) => stage === 'first');
  const level = last === undefined ? (firstStage?.levels ?? 1) - 1 : last.level - 1;
  const index = (address >> BigInt(12 + 9 * level)) & 511n;
  return entryTitle(level, index, (last?.target ?? firstStage?.root ?? 0n) + 8n * index);
}

const entryTitle = (level: number, index: number | bigint, at: bigint) => ({
  what: `entry ${index} of the level ${level} table`,
  at,
});

const title = (what: string, at: bigint) => `${INDENT}╭─ ${what}, guest-physical ${hex(at)}`;

function row(rail: string, entry: TableEntry, walk: Walk): string {
  const { number, level, index, physical, value } = entry;
  const cells = [
    `${INDENT}${rail}${number.toString().padStart(3)}`,
    stageName(entry, walk).padEnd(5),
    level.toString().padStart(5),
    index.toString().padStart(5),
    ` ${hex(physical).padEnd(13)}`,
    ` ${hex(value, 16)}`,
    ` ${flagText(entry)}`,
    ` ${leadsTo(entry)}`,
  ];
  return cells.join(' ').trimEnd();
}

function stageName({ stage }: TableEntry, { regime }: Walk): string {
  if (stage === 'guest') return ' G';
  return regime === 'virtualSupervisor' || regime === 'virtualUser' ? 'VS' : 'S';
}

/** `DAGUXWRV`, with a point for each that is clear. */
function flagText({ flags }: TableEntry): string {
  const letters: readonly (readonly [boolean, string])[] = [
    [flags.dirty, 'D'],
    [flags.accessed, 'A'],
    [flags.global, 'G'],
    [flags.user, 'U'],
    [flags.execute, 'X'],
    [flags.write, 'W'],
    [flags.read, 'R'],
    [flags.valid, 'V'],
  ];
  return letters.map(([is, letter]) => (is ? letter : '.')).join('');
}

function leadsTo({ kind, target, pageSize, flags }: TableEntry): string {
  if (kind === 'invalid') return 'nothing';
  const type = flags.memoryType === 0 ? '' : `, ${MEMORY_TYPES[flags.memoryType]}`;
  if (kind === 'table') return `table ${hex(target)}${type}`;
  return `page ${hex(target)}, ${sizeText(pageSize)}${flags.napot ? ' (N)' : ''}${type}`;
}

function outcomeLines({ outcome, entries, address }: Walk): string[] {
  if (outcome.kind === 'fault') {
    const { cause, fault, guestPhysical, reason } = outcome;
    const at = guestPhysical === undefined ? '' : ` at guest-physical ${hex(guestPhysical)}`;
    return [
      `${fault} (cause ${cause})${at}`,
      ...(reason === undefined ? [] : [`${INDENT}${reason}`]),
    ];
  }
  const pages = entries.filter(({ kind }) => kind === 'page');
  const first = pages.findLast(({ stage }) => stage === 'first');
  // Those before are of the pages that hold tables.
  const guest = entries.at(-1)?.stage === 'guest' ? entries.at(-1) : undefined;
  const sizes = [
    ...(first === undefined ? [] : [`page of ${sizeText(first.pageSize)}`]),
    ...(guest === undefined ? [] : [`G-stage page of ${sizeText(guest.pageSize)}`]),
  ];
  const count = entries.length === 1 ? '1 entry read' : `${entries.length} entries read`;
  const how = entries.length === 0 ? 'nothing is translated' : [count, ...sizes].join(', ');
  return [`${hex(address, 16)} is physical ${hex(outcome.physical)}: ${how}`];
}
