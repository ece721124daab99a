import { ALL_EXTENSIONS, hasExtensions } from './extensions.js';
import { extract, FIELDS, type FieldName, insert } from './fields.js';
import { fits, type Row } from './row.js';
import { ADDRESS } from './table/address.js';
import { ATOMIC } from './table/atomic.js';
import { BASE } from './table/base.js';
import { BIT_MANIPULATION } from './table/bit-manipulation.js';
import { COMPRESSED } from './table/compressed.js';
import { CONDITIONAL } from './table/conditional.js';
import { CSR } from './table/csr.js';
import { DOUBLE } from './table/double.js';
import { FETCH_FENCE } from './table/fetch-fence.js';
import { HYPERVISOR } from './table/hypervisor.js';
import { MULTIPLY } from './table/multiply.js';
import { PRIVILEGED } from './table/privileged.js';
import { SINGLE } from './table/single.js';
import { SINGLE_BIT } from './table/single-bit.js';

/** Every instruction that Hartwood knows, one row each. */
export const ROWS: readonly Row[] = [
  ...BASE,
  ...MULTIPLY,
  ...ATOMIC,
  ...SINGLE,
  ...DOUBLE,
  ...CSR,
  ...FETCH_FENCE,
  ...ADDRESS,
  ...BIT_MANIPULATION,
  ...SINGLE_BIT,
  ...CONDITIONAL,
  ...PRIVILEGED,
  ...HYPERVISOR,
  ...COMPRESSED,
];

const BY_NAME: ReadonlyMap<string, Row> = new Map(ROWS.map((row) => [row.name, row]));

/** The row with this name, or undefined. */
export function rowNamed(name: string): Row | undefined {
  return BY_NAME.get(name);
}

/** Bytes of the instruction that begins with `word` (Unprivileged 1.5; longer forms are not used). */
export function instructionLength(word: number): 2 | 4 {
  return (word & 3) === 3 ? 4 : 2;
}

/** Whether `word` is an instruction of this row, its reserved encodings apart. */
export function matches(row: Row, word: number): boolean {
  return fits(word, row) && !row.except.some((exception) => fits(word, exception));
}

/**
 * The rows grouped by the bits that tell most of them apart: of 32-bit words opcode[6:2] and funct3
 * (which is no function code in all of them), of 16-bit words quadrant and funct3.
 */
export function groupOf(word: number): number {
  return instructionLength(word) === 4
    ? ((word >>> 2) & 31) | (((word >>> 12) & 7) << 5)
    : (word & 3) | (((word >>> 13) & 7) << 2);
}

/** For each group the rows that can match in it, in table order. */
export function rowsByGroup(length: 2 | 4): Row[][] {
  const low = length === 4 ? 3 : 0;
  return Array.from({ length: length === 4 ? 256 : 32 }, (_, group) => {
    const probe =
      length === 4
        ? { mask: 0x707f, match: ((group >>> 5) << 12) | ((group & 31) << 2) | low }
        : { mask: 0xe003, match: ((group >>> 2) << 13) | (group & 3) };
    return ROWS.filter(
      (row) => row.length === length && ((row.match ^ probe.match) & row.mask & probe.mask) === 0,
    );
  });
}

const GROUPS = { 2: rowsByGroup(2), 4: rowsByGroup(4) } as const;

/**
 * The row that `word` is an instruction of, or undefined when it is illegal.
 *
 * @param word 32 bits, or 16 with the upper half zero
 * @param extensions the extension set of the hart
 */
export function findRow(word: number, extensions: bigint = ALL_EXTENSIONS): Row | undefined {
  return GROUPS[instructionLength(word)][groupOf(word)]?.find(
    (row) => matches(row, word) && hasExtensions(extensions, row.extensions),
  );
}

/** The 32-bit instruction that a compressed one stands for; `row` must be the word's own. */
export function expand(row: Row, word: number): number {
  if (row.expands === undefined) return word;
  const target = BY_NAME.get(row.expands.name);
  if (target === undefined) throw new Error(`${row.name} expands to no row of the table`);
  let expanded = target.match;
  for (const [name, source] of Object.entries(row.expands.fields)) {
    const value = typeof source === 'number' ? source : extract(FIELDS[source], word);
    expanded |= insert(FIELDS[name as FieldName], value);
  }
  return expanded >>> 0;
}
