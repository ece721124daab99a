/**
 * Where an instruction keeps its operands: one field per operand kind and place
 * (Unprivileged 2.2, 2.3; compressed forms: chapter "C").
 */

/** `width` bits of the value, from value bit `from` on, stand in the word from bit `at` on. */
export type Slice = readonly [at: number, width: number, from: number];

/** What an operand is, which decides how it is written. */
export type FieldKind = 'x' | 'f' | 'immediate' | 'upper' | 'target' | 'csr' | 'rounding' | 'order';

export interface Field {
  readonly kind: FieldKind;
  readonly slices: readonly Slice[];
  readonly signed: boolean;
  /** Added to the value: the three-bit register fields of compressed forms begin at x8. */
  readonly bias: number;
}

function field(kind: FieldKind, slices: readonly Slice[], signed = false, bias = 0): Field {
  return { kind, slices, signed, bias };
}

export const FIELDS = {
  rd: field('x', [[7, 5, 0]]),
  rs1: field('x', [[15, 5, 0]]),
  rs2: field('x', [[20, 5, 0]]),
  fd: field('f', [[7, 5, 0]]),
  fs1: field('f', [[15, 5, 0]]),
  fs2: field('f', [[20, 5, 0]]),
  fs3: field('f', [[27, 5, 0]]),
  rm: field('rounding', [[12, 3, 0]]),
  immI: field('immediate', [[20, 12, 0]], true),
  immS: field(
    'immediate',
    [
      [7, 5, 0],
      [25, 7, 5],
    ],
    true,
  ),
  immB: field(
    'target',
    [
      [8, 4, 1],
      [25, 6, 5],
      [7, 1, 11],
      [31, 1, 12],
    ],
    true,
  ),
  /** The value is the upper 20 bits themselves, as assemblers write it. */
  immU: field('upper', [[12, 20, 0]]),
  immJ: field(
    'target',
    [
      [21, 10, 1],
      [20, 1, 11],
      [12, 8, 12],
      [31, 1, 20],
    ],
    true,
  ),
  shamt5: field('immediate', [[20, 5, 0]]),
  shamt6: field('immediate', [[20, 6, 0]]),
  csr: field('csr', [[20, 12, 0]]),
  zimm: field('immediate', [[15, 5, 0]]),
  pred: field('order', [[24, 4, 0]]),
  succ: field('order', [[20, 4, 0]]),

  'c.rd': field('x', [[7, 5, 0]]),
  'c.rs2': field('x', [[2, 5, 0]]),
  'c.fd': field('f', [[7, 5, 0]]),
  'c.fs2': field('f', [[2, 5, 0]]),
  'c.low': field('x', [[2, 3, 0]], false, 8),
  'c.flow': field('f', [[2, 3, 0]], false, 8),
  'c.high': field('x', [[7, 3, 0]], false, 8),
  'c.imm': field(
    'immediate',
    [
      [2, 5, 0],
      [12, 1, 5],
    ],
    true,
  ),
  'c.shamt': field('immediate', [
    [2, 5, 0],
    [12, 1, 5],
  ]),
  'c.upper': field(
    'upper',
    [
      [2, 5, 0],
      [12, 1, 5],
    ],
    true,
  ),
  'c.addi16sp': field(
    'immediate',
    [
      [6, 1, 4],
      [2, 1, 5],
      [5, 1, 6],
      [3, 2, 7],
      [12, 1, 9],
    ],
    true,
  ),
  'c.addi4spn': field('immediate', [
    [6, 1, 2],
    [5, 1, 3],
    [11, 2, 4],
    [7, 4, 6],
  ]),
  'c.word': field('immediate', [
    [6, 1, 2],
    [10, 3, 3],
    [5, 1, 6],
  ]),
  'c.dword': field('immediate', [
    [10, 3, 3],
    [5, 2, 6],
  ]),
  'c.lwsp': field('immediate', [
    [4, 3, 2],
    [12, 1, 5],
    [2, 2, 6],
  ]),
  'c.ldsp': field('immediate', [
    [5, 2, 3],
    [12, 1, 5],
    [2, 3, 6],
  ]),
  'c.swsp': field('immediate', [
    [9, 4, 2],
    [7, 2, 6],
  ]),
  'c.sdsp': field('immediate', [
    [10, 3, 3],
    [7, 3, 6],
  ]),
  'c.branch': field(
    'target',
    [
      [3, 2, 1],
      [10, 2, 3],
      [2, 1, 5],
      [5, 2, 6],
      [12, 1, 8],
    ],
    true,
  ),
  'c.jump': field(
    'target',
    [
      [3, 3, 1],
      [11, 1, 4],
      [2, 1, 5],
      [7, 1, 6],
      [6, 1, 7],
      [9, 2, 8],
      [8, 1, 10],
      [12, 1, 11],
    ],
    true,
  ),
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof FIELDS;

/** The number of bits of the value, counting those that are always zero at its low end. */
export function fieldWidth(field: Field): number {
  return Math.max(...field.slices.map(([, width, from]) => from + width));
}

/** The word's bits that the field occupies. */
export function fieldMask(field: Field): number {
  let mask = 0;
  for (const [at, width] of field.slices) mask |= (2 ** width - 1) << at;
  return mask >>> 0;
}

/** The operand's value as the word holds it: sign-extended when the field is signed. */
export function extract(field: Field, word: number): number {
  let value = 0;
  for (const [at, width, from] of field.slices) {
    value |= ((word >>> at) & (2 ** width - 1)) << from;
  }
  const unused = 32 - fieldWidth(field);
  if (field.signed) value = (value << unused) >> unused;
  return value + field.bias;
}

/** The word's bits for an operand's value; `value` must fit (see `fieldFits`). */
export function insert(field: Field, value: number): number {
  let word = 0;
  for (const [at, width, from] of field.slices) {
    word |= (((value - field.bias) >>> from) & (2 ** width - 1)) << at;
  }
  return word >>> 0;
}

/** Whether the field can hold `value` exactly. */
export function fieldFits(field: Field, value: number): boolean {
  return Number.isInteger(value) && extract(field, insert(field, value)) === value;
}
