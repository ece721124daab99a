import { CSR_NUMBERS } from '../csrs.js';
import { FIELDS, type Field, type FieldName, fieldFits, fieldWidth, insert } from '../fields.js';
import {
  F_NUMBERS,
  type OperandSyntax,
  ORDERING_SUFFIXES,
  omittedValue,
  operandSyntax,
  orderNumber,
  ROUNDING_NAMES,
  X_NUMBERS,
} from '../notation.js';
import type { Row } from '../row.js';
import { matches, rowNamed } from '../table.js';
import { StatementError } from './assembly-error.js';
import { evaluate, type Scope } from './expression.js';

/** The row that a mnemonic names, and the aq and rl bits that its suffix sets. */
export interface NamedRow {
  readonly row: Row;
  readonly ordering: number;
}

/** The row with this mnemonic, with or without an ordering suffix, or undefined. */
export function findMnemonic(mnemonic: string): NamedRow | undefined {
  const row = rowNamed(mnemonic);
  if (row !== undefined) return { row, ordering: 0 };
  for (const [suffix, ordering] of ORDERING_SUFFIXES) {
    if (!mnemonic.endsWith(suffix)) continue;
    const plain = rowNamed(mnemonic.slice(0, -suffix.length));
    if (plain?.extensions.includes('A')) return { row: plain, ordering };
  }
  return undefined;
}

/**
 * Encodes one instruction.
 *
 * @param operands as written, in the row's order; those that `omittedValue` knows may be missing
 * @returns the word: 32 bits, or 16 with the upper half zero
 * @throws StatementError naming the operand that does not fit
 */
export function encode(
  { row, ordering }: NamedRow,
  operands: readonly string[],
  scope: Scope,
): number {
  const syntax = operandSyntax(row);
  if (operands.length > syntax.length) {
    throw new StatementError(`${row.name} takes ${syntax.length} operands, not ${operands.length}`);
  }
  let word = row.match | ordering;
  syntax.forEach((operand, at) => {
    word |= encodeOperand(row, operand, operands[at], scope);
  });
  word >>>= 0;
  if (!matches(row, word)) {
    throw new StatementError(`${row.name} with these operands is a reserved encoding`);
  }
  return word;
}

function encodeOperand(
  row: Row,
  { value, base, memory }: OperandSyntax,
  text: string | undefined,
  scope: Scope,
): number {
  if (text === undefined) {
    const omitted = value === undefined ? undefined : omittedValue(row, value);
    if (value === undefined || omitted === undefined) {
      throw new StatementError(`${row.name} takes the operands ${row.operands}`);
    }
    return insert(FIELDS[value], omitted);
  }
  if (base === undefined) return value === undefined ? 0 : encodeField(value, text, scope);
  if (!memory) return encodeBase(base, text, scope);

  const open = text.lastIndexOf('(');
  if (open < 0 || !text.endsWith(')')) {
    throw new StatementError(`'${text}' should be offset(register)`);
  }
  const offset = text.slice(0, open).trim() || '0';
  const word = encodeBase(base, text.slice(open + 1, -1).trim(), scope);
  if (value !== undefined) return word | encodeField(value, offset, scope);
  if (evaluate(offset, scope) !== 0n) throw new StatementError(`${row.name} takes no offset`);
  return word;
}

function encodeBase(base: FieldName | 'sp', text: string, scope: Scope): number {
  if (base !== 'sp') return encodeField(base, text, scope);
  if (X_NUMBERS.get(text) !== 2) throw new StatementError(`'${text}' must be sp here`);
  return 0;
}

function encodeField(name: FieldName, text: string, scope: Scope): number {
  const field: Field = FIELDS[name];
  const value = operandValue(field, text, scope);
  if (!fieldFits(field, value)) throw new StatementError(misfit(field, text, value));
  return insert(field, value);
}

function misfit(field: Field, text: string, value: number): string {
  if (field.kind === 'x' || field.kind === 'f') {
    return `${text} is not one of the eight registers that a compressed form can name`;
  }
  const width = fieldWidth(field);
  const [low, high] = field.signed
    ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1]
    : [0, 2 ** width - 1];
  const step = 2 ** Math.min(...field.slices.map(([, , from]) => from));
  const multiple = step > 1 ? `, multiples of ${step}` : '';
  const what = field.kind === 'target' ? `is ${value} bytes away` : `is ${value}`;
  return `'${text}' ${what}, which does not fit (${low} to ${high}${multiple})`;
}

function operandValue(field: Field, text: string, scope: Scope): number {
  switch (field.kind) {
    case 'x':
      return named(X_NUMBERS.get(text), text, 'an integer register');
    case 'f':
      return named(F_NUMBERS.get(text), text, 'a floating-point register');
    case 'csr':
      return CSR_NUMBERS.get(text) ?? small(evaluate(text, scope), text);
    case 'rounding': {
      const mode = ROUNDING_NAMES.indexOf(text);
      return named(mode < 0 ? undefined : mode, text, 'a rounding mode');
    }
    case 'order':
      return named(orderNumber(text), text, 'a part of iorw');
    case 'target':
      return small(BigInt.asIntN(64, evaluate(text, scope) - scope.here), text);
    case 'upper': {
      // Written signed or as the 20 bits that it is; c.lui has only the sign's worth of them.
      const value = small(evaluate(text, scope), text);
      if (field.signed) return value >= 0x80000 && value <= 0xfffff ? value - 0x100000 : value;
      return value < 0 && value >= -0x80000 ? value + 0x100000 : value;
    }
    case 'immediate':
      return small(evaluate(text, scope), text);
  }
}

function named(value: number | undefined, text: string, what: string): number {
  if (value === undefined) throw new StatementError(`'${text}' is not ${what}`);
  return value;
}

/** A value as a number; one beyond 2^53 fits no operand anyway. */
function small(value: bigint, text: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new StatementError(`'${text}' is ${value}: too large`);
  return number;
}
