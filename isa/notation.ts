import type { FieldName } from './fields.js';
import type { Row } from './row.js';

/** How registers, rounding modes and fence sets are written: what the assembler and the disassembler share. */

/** The integer registers' ABI names, by number. */
export const X_NAMES: readonly string[] = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1'],
  ...['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'],
  ...['s2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11'],
  ...['t3', 't4', 't5', 't6'],
];

/** The floating-point registers' ABI names, by number. */
export const F_NAMES: readonly string[] = [
  ...['ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7', 'fs0', 'fs1'],
  ...['fa0', 'fa1', 'fa2', 'fa3', 'fa4', 'fa5', 'fa6', 'fa7'],
  ...['fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7', 'fs8', 'fs9', 'fs10', 'fs11'],
  ...['ft8', 'ft9', 'ft10', 'ft11'],
];

/** Integer register numbers by ABI name, by `x` name, and `fp`. */
export const X_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...X_NAMES.map((name, number) => [name, number] as const),
  ...X_NAMES.map((_, number) => [`x${number}`, number] as const),
  ['fp', 8],
]);

/** Floating-point register numbers by ABI name and by `f` name. */
export const F_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...F_NAMES.map((name, number) => [name, number] as const),
  ...F_NAMES.map((_, number) => [`f${number}`, number] as const),
]);

/** Rounding modes by number (Unprivileged 20.2); 5 and 6 are reserved. */
export const ROUNDING_NAMES: readonly (string | undefined)[] = [
  'rne',
  'rtz',
  'rdn',
  'rup',
  'rmm',
  undefined,
  undefined,
  'dyn',
];

const ORDER_LETTERS = 'iorw';

/** A fence's predecessor or successor set: `iorw`, or a part of it; the empty set is `0`. */
export function orderName(set: number): string {
  return [...ORDER_LETTERS].filter((_, at) => set & (8 >> at)).join('') || '0';
}

/** The set that `orderName` writes like this, or undefined. */
export function orderNumber(name: string): number | undefined {
  for (let set = 0; set < 16; set++) if (orderName(set) === name) return set;
  return undefined;
}

/** The conversions to double that are exact: written without a rounding mode they mean rne. */
const EXACT_CONVERSIONS: ReadonlySet<string> = new Set(['fcvt.d.s', 'fcvt.d.w', 'fcvt.d.wu']);

/** The value that an operand has where it is left out, or undefined where it must be written. */
export function omittedValue(row: Row, field: FieldName): number | undefined {
  if (field === 'rm') return EXACT_CONVERSIONS.has(row.name) ? 0 : 7;
  if (row.name === 'fence') return 15;
  if (row.name === 'c.nop' || /^[sh]fence\./.test(row.name)) return 0;
  return undefined;
}

/** One operand of a row's syntax: a field or the literal `sp`, or `offset(base)`. */
export interface OperandSyntax {
  /** The field before the parentheses, or the whole operand; absent in `(rs1)`. */
  readonly value?: FieldName;
  /** The field or literal in the parentheses, or a literal that is the whole operand. */
  readonly base?: FieldName | 'sp';
  readonly memory: boolean;
}

/** A row's operands, in the order in which they are written. */
export function operandSyntax(row: Row): OperandSyntax[] {
  return row.operands
    .split(',')
    .filter((text) => text !== '')
    .map((text) => {
      const [, offset = '', base] = /^([^(]*)\(([^)]+)\)$/.exec(text) ?? [];
      if (base !== undefined) {
        const parts = { base: base as FieldName | 'sp', memory: true };
        return offset === '' ? parts : { ...parts, value: offset as FieldName };
      }
      return text === 'sp'
        ? { base: 'sp', memory: false }
        : { value: text as FieldName, memory: false };
    });
}

/** The instructions that take an `.aq`, `.rl` or `.aqrl` suffix, and the bits it sets. */
export const ORDERING_SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['.aqrl', 3 << 25],
  ['.aq', 2 << 25],
  ['.rl', 1 << 25],
]);
