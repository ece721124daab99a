import { StatementError } from './assembly-error.js';

/** What an expression's names stand for. */
export interface Scope {
  /** The address of the statement that the expression stands in: the value of `.` */
  readonly here: bigint;
  /** A symbol's value; throws StatementError if there is none. */
  symbol(name: string): bigint;
}

/** Binary operators by how tightly they bind, loosest first. */
const LEVELS: readonly Readonly<Record<string, (a: bigint, b: bigint) => bigint>>[] = [
  { '|': (a, b) => a | b },
  { '^': (a, b) => a ^ b },
  { '&': (a, b) => a & b },
  { '<<': (a, b) => a << shiftAmount(b), '>>': (a, b) => a >> shiftAmount(b) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / divisor(b), '%': (a, b) => a % divisor(b) },
];

/** `%name(expression)`: the parts of a value that lui or auipc and a 12-bit immediate add up to. */
const FUNCTIONS: Readonly<Record<string, (value: bigint) => bigint>> = {
  '%hi': upper,
  '%lo': (value) => BigInt.asIntN(12, value),
  '%offset_hi': (value) => upper(reachable(value)),
  '%offset_lo': (value) => BigInt.asIntN(12, reachable(value)),
};

function upper(value: bigint): bigint {
  return BigInt.asUintN(20, (value + 0x800n) >> 12n);
}

function reachable(offset: bigint): bigint {
  if (BigInt.asIntN(32, offset + 0x800n) !== offset + 0x800n) {
    throw new StatementError(`${offset} is too far from here for auipc (2 GiB)`);
  }
  return offset;
}

function shiftAmount(value: bigint): bigint {
  if (value < 0n || value > 64n) throw new StatementError(`cannot shift by ${value} (0 to 64)`);
  return value;
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new StatementError('division by zero');
  return value;
}

const TOKEN =
  /\s*(0[xX][\da-fA-F]+|0[bB][01]+|\d+[bf](?!\w)|\d+|'(?:\\.|[^\\'])'|%[a-z_]+(?=\s*\()|[A-Za-z_.$][\w.$]*|<<|>>|[-+*/%&|^~()])/y;

/** Characters that a backslash makes of others, in character constants and strings. */
export const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  0: '\0',
};

/**
 * The value of an expression: integers (decimal, `0x`, `0b`, `'c'`), symbols, `.`, `~ - +`,
 * `* / %`, `+ -`, `<< >>`, `&`, `^`, `|`, parentheses, `%hi()`, `%lo()`. Exact, of any size.
 *
 * @throws StatementError for what is no expression, and for unknown symbols
 */
export function evaluate(text: string, scope: Scope): bigint {
  const tokens = tokenize(text);
  let at = 0;

  function binary(level: number): bigint {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let value = binary(level + 1);
    for (;;) {
      const operator = operators[tokens[at] ?? ''];
      if (operator === undefined) return value;
      at++;
      value = operator(value, binary(level + 1));
    }
  }

  function unary(): bigint {
    const token = tokens[at++];
    if (token === undefined) throw new StatementError(`'${text}' ends too early`);
    if (token === '-') return -unary();
    if (token === '+') return unary();
    if (token === '~') return ~unary();
    if (token === '(') return parenthesized();
    if (token.startsWith('%')) {
      const apply = FUNCTIONS[token];
      if (apply === undefined) throw new StatementError(`unknown function ${token}`);
      at++;
      return apply(parenthesized());
    }
    if (token.startsWith("'")) return characterValue(token);
    if (/^\d+[bf]$/.test(token)) return scope.symbol(token);
    if (/^\d/.test(token)) return BigInt(token);
    if (token === '.') return scope.here;
    if (/^[A-Za-z_.$]/.test(token)) return scope.symbol(token);
    throw new StatementError(`unexpected ${token} in '${text}'`);
  }

  function parenthesized(): bigint {
    const value = binary(0);
    if (tokens[at++] !== ')') throw new StatementError(`missing ) in '${text}'`);
    return value;
  }

  const value = binary(0);
  if (at < tokens.length) throw new StatementError(`unexpected ${tokens[at]} in '${text}'`);
  return value;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) {
      throw new StatementError(`cannot read '${text.slice(start).trim()}' as an expression`);
    }
    tokens.push(token);
  }
  return tokens;
}

function characterValue(token: string): bigint {
  const inner = token.slice(1, -1);
  const char = inner.startsWith('\\') ? (ESCAPES[inner.charAt(1)] ?? inner.charAt(1)) : inner;
  return BigInt(char.codePointAt(0) ?? 0);
}
