import { StatementError } from './assembly-error.js';
import { ESCAPES } from './expression.js';

/** What a directive may do to the program. */
export interface DirectiveContext {
  /** The address of the next byte. */
  readonly address: bigint;
  /** The operand's value; a symbol that is not yet known counts as zero on the first pass. */
  value(text: string): bigint;
  /** The operand's value, which must be known already: the program's layout depends on it. */
  known(text: string): bigint;
  /** Appends bytes. */
  emit(bytes: Uint8Array): void;
  emitValue(value: bigint, size: number): void;
  define(name: string, value: bigint): void;
}

type Directive = (operands: readonly string[], context: DirectiveContext) => void;

/** More than this in one directive is a mistake, not a program. */
const MAX_FILL = 1n << 30n;

function integers(size: number): Directive {
  const bits = 8 * size;
  return (operands, context) => {
    for (const text of operands) {
      const value = context.value(text);
      if (BigInt.asIntN(bits, value) !== value && BigInt.asUintN(bits, value) !== value) {
        throw new StatementError(`${value} does not fit in ${size} bytes`);
      }
      context.emitValue(value, size);
    }
  };
}

function strings(terminator: readonly number[]): Directive {
  return (operands, context) => {
    for (const text of operands) {
      if (!/^".*"$/s.test(text)) throw new StatementError(`${text} should be a string in quotes`);
      context.emit(new Uint8Array([...stringBytes(text.slice(1, -1)), ...terminator]));
    }
  };
}

/** UTF-8, but for `\xhh`, which is one byte whatever its value. */
function stringBytes(text: string): number[] {
  const parts = text.match(/\\x[\da-fA-F]{1,2}|\\.|[^\\]+/gs) ?? [];
  return parts.flatMap((part) => {
    if (/^\\x./.test(part)) return [Number.parseInt(part.slice(2), 16)];
    const plain = part.startsWith('\\') ? (ESCAPES[part.slice(1)] ?? part.slice(1)) : part;
    return [...new TextEncoder().encode(plain)];
  });
}

/** Zero bytes. */
function fill(count: bigint, context: DirectiveContext): void {
  if (count < 0n || count > MAX_FILL) {
    throw new StatementError(`cannot fill ${count} bytes (0 to ${MAX_FILL})`);
  }
  context.emit(new Uint8Array(Number(count)));
}

const NOP = 0x00000013n;
const SHORT_NOP = 0x0001n;

/** Pads to a multiple of `alignment` bytes with what does nothing when executed. */
function align(alignment: bigint, context: DirectiveContext): void {
  if (alignment <= 0n || (alignment & (alignment - 1n)) !== 0n || alignment > MAX_FILL) {
    throw new StatementError(`cannot align to ${alignment} bytes (powers of two only)`);
  }
  let padding = BigInt.asUintN(64, -context.address) & (alignment - 1n);
  if (padding & 1n) context.emitValue(0n, 1);
  if (padding & 2n) context.emitValue(SHORT_NOP, 2);
  for (padding >>= 2n; padding > 0n; padding--) context.emitValue(NOP, 4);
}

function powerAlign(operands: readonly string[], context: DirectiveContext): void {
  const power = context.known(one(operands));
  if (power < 0n || power > 30n) throw new StatementError(`cannot align to 2^${power} (0 to 30)`);
  align(1n << power, context);
}

function one(operands: readonly string[]): string {
  const [operand] = operands;
  if (operand === undefined || operands.length > 1) {
    throw new StatementError('expected one operand');
  }
  return operand;
}

function equ(operands: readonly string[], context: DirectiveContext): void {
  const [name, text] = operands;
  if (name === undefined || text === undefined || !/^[A-Za-z_.$][\w.$]*$/.test(name)) {
    throw new StatementError('expected a name and a value');
  }
  context.define(name, context.value(text));
}

/** Accepted for the sake of sources written for other assemblers; they change nothing here. */
const ignore: Directive = () => {};

/** The directives by name. All data is little-endian, and nothing is aligned implicitly. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['.byte', integers(1)],
  ['.half', integers(2)],
  ['.word', integers(4)],
  ['.dword', integers(8)],
  ['.ascii', strings([])],
  ['.asciz', strings([0])],
  ['.string', strings([0])],
  ['.zero', (operands, context) => fill(context.known(one(operands)), context)],
  ['.align', powerAlign],
  ['.p2align', powerAlign],
  ['.balign', (operands, context) => align(context.known(one(operands)), context)],
  [
    '.org',
    (operands, context) => {
      const target = context.known(one(operands));
      if (target < context.address) {
        throw new StatementError(`.org cannot go back to 0x${target.toString(16)}`);
      }
      fill(target - context.address, context);
    },
  ],
  ['.equ', equ],
  ['.set', equ],
  ['.text', ignore],
  ['.globl', ignore],
  ['.global', ignore],
  ['.option', ignore],
]);
