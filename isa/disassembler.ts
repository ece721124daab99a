import { CSR_NAMES } from './csrs.js';
import { extract, FIELDS, type FieldName } from './fields.js';
import {
  F_NAMES,
  type OperandSyntax,
  ORDERING_SUFFIXES,
  omittedValue,
  operandSyntax,
  orderName,
  ROUNDING_NAMES,
  X_NAMES,
} from './notation.js';
import type { Row } from './row.js';
import { findRow, instructionLength } from './table.js';

/**
 * One instruction as text that the assembler reads back to the same word, but for bits that a fence
 * ignores. Pseudo-instructions are not used; jump targets are absolute addresses.
 *
 * @param word 32 bits, or 16 with the upper half zero
 * @param pc the instruction's address
 * @returns `name operand,operand`; what is no instruction is `.word` or `.half` and its value
 */
export function disassemble(word: number, pc: bigint): string {
  const row = findRow(word);
  if (row === undefined) {
    return `${instructionLength(word) === 4 ? '.word' : '.half'} 0x${(word >>> 0).toString(16)}`;
  }
  const operands = operandSyntax(row);
  while (operands.length > 0 && isOmitted(row, operands[operands.length - 1], word)) operands.pop();
  const name = row.name + orderingSuffix(row, word);
  if (operands.length === 0) return name;
  return `${name} ${operands.map((operand) => operandText(operand, word, pc)).join(',')}`;
}

function orderingSuffix(row: Row, word: number): string {
  if (!row.extensions.includes('A')) return '';
  for (const [suffix, bits] of ORDERING_SUFFIXES) {
    if ((word & (3 << 25)) === bits) return suffix;
  }
  return '';
}

/** Whether the operand's value goes without saying; a fence's sets are always written. */
function isOmitted(row: Row, operand: OperandSyntax | undefined, word: number): boolean {
  if (operand?.value === undefined || row.name === 'fence') return false;
  return omittedValue(row, operand.value) === extract(FIELDS[operand.value], word);
}

function operandText({ value, base, memory }: OperandSyntax, word: number, pc: bigint): string {
  const text = value === undefined ? '' : fieldText(value, word, pc);
  if (base === undefined) return text;
  const baseText = base === 'sp' ? 'sp' : fieldText(base, word, pc);
  return memory ? `${text}(${baseText})` : baseText;
}

function fieldText(name: FieldName, word: number, pc: bigint): string {
  const field = FIELDS[name];
  const value = extract(field, word);
  switch (field.kind) {
    case 'x':
      return X_NAMES[value] ?? `x${value}`;
    case 'f':
      return F_NAMES[value] ?? `f${value}`;
    case 'immediate':
      return `${value}`;
    case 'upper':
      return `0x${(value & 0xfffff).toString(16)}`;
    case 'target':
      return `0x${BigInt.asUintN(64, pc + BigInt(value)).toString(16)}`;
    case 'csr':
      return CSR_NAMES.get(value) ?? `0x${value.toString(16)}`;
    case 'rounding':
      return ROUNDING_NAMES[value] ?? `${value}`;
    case 'order':
      return orderName(value);
  }
}
