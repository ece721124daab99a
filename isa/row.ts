import type { ExtensionName } from './extensions.js';
import { FIELDS, type FieldName, fieldMask, insert } from './fields.js';

/** A word fits a pattern when `(word & mask) === match`; both are unsigned 32-bit numbers. */
export interface Pattern {
  readonly mask: number;
  readonly match: number;
}

/**
 * How the core's decoder lays out a decoded instruction of the hot tier:
 * where its immediate is, and what a destination of x0 makes of it.
 * `slow` rows keep the whole word, `nop` rows do nothing here.
 */
export const SHAPES = [
  'slow',
  'nop',
  'register',
  'immediate',
  'shift',
  'upper',
  'load',
  'floatLoad',
  'store',
  'branch',
  'jump',
  'jumpRegister',
] as const;
export type Shape = (typeof SHAPES)[number];

/** What a compressed row stands for: each field of the 32-bit row from a field here or a constant. */
export interface Expansion {
  readonly name: string;
  readonly fields: Readonly<Partial<Record<FieldName, FieldName | number>>>;
}

/** One instruction. */
export interface Row extends Pattern {
  /** The assembler's name, in lower case. */
  readonly name: string;
  /** All of these must be on for the row to match. */
  readonly extensions: readonly ExtensionName[];
  /** Bytes. */
  readonly length: 2 | 4;
  /** Reserved encodings and those of other rows: a word that fits one of them is not this row's. */
  readonly except: readonly Pattern[];
  /** Operands as assemblers write them: field names, commas, parentheses, and a literal `sp`. */
  readonly operands: string;
  readonly shape: Shape;
  /** `hot`: its own case in the interpreter's inner loop; `slow`: behind a function call. */
  readonly tier: 'hot' | 'slow';
  /** Whether a translated region may hold it; else the region ends before it. */
  readonly translate: boolean;
  /** The core's name for what executes it, for rows that share one. */
  readonly op: string;
  readonly expands?: Expansion;
}

/** Encoding fields that tell instructions apart: place and width. */
const KEYS = {
  opcode: [0, 7],
  rd: [7, 5],
  f3: [12, 3],
  rs1: [15, 5],
  rs2: [20, 5],
  imm12: [20, 12],
  fmt: [25, 2],
  f7: [25, 7],
  f6: [26, 6],
  f5: [27, 5],
  quadrant: [0, 2],
  cf3: [13, 3],
  cf4: [12, 4],
  c12: [12, 1],
  c10: [10, 2],
  c5: [5, 2],
  crd: [7, 5],
  crs2: [2, 5],
} as const;

/** The pattern that fixes the named parts of a word. */
export function pattern(parts: Partial<Record<keyof typeof KEYS, number>>): Pattern {
  let mask = 0;
  let match = 0;
  for (const [key, value] of Object.entries(parts)) {
    const [at, width] = KEYS[key as keyof typeof KEYS];
    mask |= (2 ** width - 1) << at;
    match |= value << at;
  }
  return { mask: mask >>> 0, match: match >>> 0 };
}

/** The pattern of words whose field `name` holds `value`. */
export function holding(name: FieldName, value: number): Pattern {
  return { mask: fieldMask(FIELDS[name]), match: insert(FIELDS[name], value) };
}

/** A word fits the pattern. */
export function fits(word: number, { mask, match }: Pattern): boolean {
  return (word & mask) >>> 0 === match;
}

/** The core's name for an instruction: `fcvt.w.s` becomes `FCVT_W_S`. */
export function opName(name: string): string {
  return name.toUpperCase().replaceAll('.', '_');
}

/** What a row's author may leave out. */
export type RowDetails = Partial<Pick<Row, 'except' | 'op' | 'translate'>>;

/**
 * A 32-bit row. Every row whose shape is not `slow` is hot and may be translated unless `details`
 * says otherwise; a slow row may not.
 */
export function row(
  extension: ExtensionName,
  name: string,
  operands: string,
  shape: Shape,
  parts: Parameters<typeof pattern>[0],
  details: RowDetails = {},
): Row {
  return {
    name,
    extensions: [extension],
    length: 4,
    ...pattern(parts),
    except: [],
    operands,
    shape,
    tier: shape === 'slow' ? 'slow' : 'hot',
    translate: shape !== 'slow',
    op: shape === 'nop' ? 'NOP' : opName(name),
    ...details,
  };
}
