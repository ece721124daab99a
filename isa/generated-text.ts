import { EXTENSION_BITS, EXTENSION_NAMES } from './extensions.js';
import { isHot, numberOps } from './ops.js';
import { type Pattern, type Row, SHAPES } from './row.js';
import { expand, ROWS, rowsByGroup } from './table.js';

/**
 * The text of the core's generated modules (AssemblyScript): op ids, and the decoder's tables,
 * whose layout `assembly/exec/decode.ts` reads.
 */

export const HEADER = '// Generated from isa/ by isa/generate.ts. Do not edit.\n';

/** A constant table in linear memory. */
export function table(
  name: string,
  doc: string,
  type: 'u8' | 'u16' | 'u32',
  values: number[],
): string {
  const lines: string[] = [];
  const perLine = type === 'u32' ? 8 : 24;
  for (let i = 0; i < values.length; i += perLine) {
    const line = values.slice(i, i + perLine);
    lines.push(`  ${line.map((v) => (type === 'u32' ? hex(v) : v)).join(', ')},`);
  }
  return `/** ${doc} */\nexport const ${name}: usize = memory.data<${type}>([\n${lines.join('\n')}\n]);\n`;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function enumeration(name: string, doc: string, names: readonly string[]): string {
  const members = names.map((member, number) => `  ${member} = ${number},`);
  return `/** ${doc} */\nexport const enum ${name} {\n${members.join('\n')}\n}\n`;
}

/** `ops.ts`: op ids, extension bits, and tables about ops. */
export function opsModule(): string {
  const { names, firstSlow, firstShort } = numberOps();
  const bytes = Array.from({ length: 256 }, (_, id) => id);
  const base = bytes.map((id) =>
    id >= firstShort && id < names.length ? names.indexOf((names[id] ?? '').slice(0, -2)) : id,
  );
  const length = bytes.map((id) => {
    if (id >= firstShort) return id < names.length ? 2 : 0;
    return isHot(names[id] ?? '') ? 4 : 0;
  });
  const extensions = EXTENSION_NAMES.map(
    (name) => `  export const ${name}: u64 = ${hexBit(EXTENSION_BITS[name])};`,
  );
  return [
    HEADER,
    enumeration('Op', 'What byte 0 of a decoded slot says.', names),
    `/** Ops from here to FIRST_SHORT - 1 are of the slow tier. */\nexport const FIRST_SLOW: u32 = ${firstSlow};\n`,
    `/** Ops from here on are the two-byte forms of hot ops. */\nexport const FIRST_SHORT: u32 = ${firstShort};\n`,
    table('OP_BASE', 'u8[256]: the four-byte form of an op; of all others, itself.', 'u8', base),
    table('OP_LENGTH', "u8[256]: a hot op's bytes of code; of all others 0.", 'u8', length),
    `/** Bits of an extension set. */\nexport namespace Ext {\n${extensions.join('\n')}\n}\n`,
  ].join('\n');
}

function hexBit(bit: number): string {
  return `0x${(1n << BigInt(bit)).toString(16)}`;
}

/** A pattern that no word fits: its match has a bit outside its mask. */
const NEVER: Pattern = { mask: 0, match: 1 };

/** A row as eight 32-bit words; `class Row` in the core's decoder names them. */
function packRow(row: Row, op: number): number[] {
  const [first = NEVER, second = NEVER, third] = row.except;
  if (third !== undefined) throw new Error(`${row.name} has more than two exceptions`);
  const [one = 'I', two = one] = row.extensions;
  return [
    row.mask,
    row.match,
    first.mask,
    first.match,
    second.mask,
    second.match,
    op |
      (SHAPES.indexOf(row.shape) << 8) |
      (EXTENSION_BITS[one] << 16) |
      (EXTENSION_BITS[two] << 24),
    row.length === 2 ? expand(row, 0) : 0,
  ];
}

/**
 * What each bit of a compressed word adds to the expanded one. Expansion is linear: every bit of
 * the result is a constant or a copy of one source bit (a sign bit is copied to several).
 */
function contributions(row: Row): number[] {
  return Array.from({ length: 16 }, (_, bit) => expand(row, 1 << bit) ^ expand(row, 0));
}

/** Concatenated groups: where each begins (and the last ends), and the row numbers in them. */
function packGroups(groups: Row[][]): { starts: number[]; rows: number[] } {
  const starts = [0];
  const rows: number[] = [];
  for (const group of groups) {
    for (const row of group) rows.push(ROWS.indexOf(row));
    starts.push(rows.length);
  }
  return { starts, rows };
}

/** `rows.ts`: the instruction table as the decoder searches it. */
export function rowsModule(): string {
  const { names } = numberOps();
  const long = packGroups(rowsByGroup(4));
  const short = packGroups(rowsByGroup(2));
  const firstCompressed = ROWS.findIndex((row) => row.length === 2);
  if (ROWS.slice(firstCompressed).some((row) => row.length === 4)) {
    throw new Error('the compressed rows must be the last of the table');
  }
  const shapes = SHAPES.map((shape) => shape.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase());
  const shortForm = names.map((name) => Math.max(0, names.indexOf(`${name}_2`)));
  return [
    HEADER,
    enumeration('Shape', 'How a row’s slot is laid out.', shapes),
    `/** Row numbers from here on are compressed. */\nexport const FIRST_COMPRESSED: u32 = ${firstCompressed};\n`,
    table(
      'ROWS',
      'Row[]: the rows, eight words each.',
      'u32',
      ROWS.flatMap((row) => packRow(row, names.indexOf(row.op))),
    ),
    table(
      'CONTRIBUTIONS',
      'u32[][16]: for each compressed row what each bit of the word adds to its expansion.',
      'u32',
      ROWS.slice(firstCompressed).flatMap(contributions),
    ),
    table('LONG_STARTS', 'u16[257]: where a group of 32-bit rows begins.', 'u16', long.starts),
    table('LONG_ROWS', 'u16[]: row numbers, group by group.', 'u16', long.rows),
    table('SHORT_STARTS', 'u16[33]: where a group of 16-bit rows begins.', 'u16', short.starts),
    table('SHORT_ROWS', 'u16[]: row numbers, group by group.', 'u16', short.rows),
    table('OP_SHORT', 'u8[]: the two-byte form of a hot op, or 0.', 'u8', shortForm),
  ].join('\n');
}
