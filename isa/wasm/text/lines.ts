import type { Body, Folded } from './fold.js';
import type { Instruction } from './instruction.js';

/** A line of text, and which of the module's bytes it begins with. */
export interface Line {
  readonly text: string;
  readonly offset: number;
}

/** Columns of a line, as far as one can be broken. */
const WIDTH = 100;
/** Blocks of a region may nest by hundreds: statements within so many are not indented further. */
const DEEPEST_STATEMENT = 12;
/** Numbers from here on are written in hexadecimal. */
const LARGE = 65536;

/**
 * A function's body as lines of folded instructions, that of a block deeper than it.
 *
 * @param names of locals
 */
export function bodyLines(
  body: Body,
  names: (local: number) => string,
  depth: number,
): readonly Line[] {
  const printer = new Printer(names);
  printer.statements(body, depth);
  return printer.lines;
}

class Printer {
  readonly lines: Line[] = [];
  readonly #names: (local: number) => string;
  /** Labels of the blocks around. */
  readonly #labels: string[] = [];
  #blocks = 0;

  constructor(names: (local: number) => string) {
    this.#names = names;
  }

  statements({ statements }: Body, depth: number): void {
    for (const statement of statements) this.#print(statement, depth, '');
  }

  /** @param closing what stands behind it */
  #print(folded: Folded, depth: number, closing: string): void {
    const { instruction, operands, bodies, offset } = folded;
    if (isPlain(folded)) {
      const flat = this.#flat(folded) + closing;
      if (flat.length <= WIDTH - 2 * depth) {
        this.#line(flat, offset, depth);
        return;
      }
    }
    const structure = bodies.length > 0;
    const label = structure ? this.#label(instruction) : '';
    const head = `(${this.#head(instruction, label)}`;
    const beside = structure ? this.#besideHead(operands, WIDTH - 2 * depth - head.length) : '';
    this.#line(head + beside, offset, depth);
    if (beside === '') {
      operands.forEach((operand, n) => {
        const last = !structure && n === operands.length - 1;
        this.#print(operand, depth + 1, last ? `)${closing}` : '');
      });
    }
    if (!structure) return;
    this.#labels.push(label);
    bodies.forEach((body, n) => {
      if (instruction.name === 'if') this.#printSide(folded, n, depth + 1);
      else this.statements(body, Math.min(depth + 1, DEEPEST_STATEMENT));
    });
    this.#labels.pop();
    this.#line(`)${closing}`, bodies.at(-1)?.end ?? offset, depth);
  }

  /** What is behind `then`, or `else` if `n` is 1. */
  #printSide({ instruction, bodies }: Folded, n: number, depth: number): void {
    const body = bodies[n];
    if (body === undefined) return;
    const begin = n === 0 ? instruction.offset : (bodies[0]?.end ?? instruction.offset);
    const word = n === 0 ? '(then' : '(else';
    const chooses = instruction.result !== undefined;
    const value = chooses ? this.#value(body, depth) : '';
    if (value !== '') {
      this.#line(`${word} ${value})`, begin, depth);
      return;
    }
    this.#line(word, begin, depth);
    this.statements(body, chooses ? depth + 1 : Math.min(depth + 1, DEEPEST_STATEMENT));
    this.#line(')', body.end, depth);
  }

  /** A condition that fits behind its `if`. */
  #besideHead([condition]: readonly Folded[], room: number): string {
    if (condition === undefined || !isPlain(condition)) return '';
    const text = ` ${this.#flat(condition)}`;
    return text.length <= room ? text : '';
  }

  /** A side of a conditional that is one value, if that fits into a line. */
  #value({ statements }: Body, depth: number): string {
    const [statement] = statements;
    if (statement === undefined || statements.length > 1 || !isPlain(statement)) return '';
    const text = this.#flat(statement);
    return text.length + '(then )'.length <= WIDTH - 2 * depth ? text : '';
  }

  #line(text: string, offset: number, depth: number): void {
    this.lines.push({ text: '  '.repeat(depth) + text, offset });
  }

  #label({ name }: Instruction): string {
    this.#blocks++;
    return `$${name}${this.#blocks}`;
  }

  /** In one line; of conditionals only those that choose a value. */
  #flat(folded: Folded): string {
    const { instruction, operands, bodies } = folded;
    const parts = [this.#head(instruction, ''), ...operands.map((each) => this.#flat(each))];
    const words = ['then', 'else'];
    this.#labels.push('');
    bodies.forEach(({ statements }, n) => {
      const values = statements.map((statement) => this.#flat(statement));
      parts.push(`(${[words[n], ...values].join(' ')})`);
    });
    this.#labels.pop();
    return `(${parts.join(' ')})`;
  }

  #head({ name, numbers, result }: Instruction, label: string): string {
    const words = [name];
    if (label !== '') words.push(label);
    if (result !== undefined) words.push(`(result ${result})`);
    return [...words, ...this.#immediates(name, numbers)].join(' ');
  }

  #immediates(name: string, numbers: Instruction['numbers']): string[] {
    const [number = 0] = numbers;
    if (name.startsWith('local.')) return [`$${this.#names(Number(number))}`];
    if (name.startsWith('br')) return numbers.map((depth) => this.#target(Number(depth)));
    if (name.endsWith('call_indirect')) return [`(type ${number})`];
    if (name.endsWith('call')) return [`$region${number}`];
    if (name.endsWith('.const')) return [constantText(number)];
    if (/\.(atomic|load|store)/.test(name)) return number === 0 ? [] : [`offset=${number}`];
    return [];
  }

  #target(depth: number): string {
    const label = this.#labels[this.#labels.length - 1 - depth];
    return label === undefined || label === '' ? String(depth) : label;
  }
}

/** Whether it can stand in one line: blocks do not, but conditionals whose both sides are values. */
function isPlain({ instruction, operands, bodies }: Folded): boolean {
  if (!operands.every(isPlain)) return false;
  if (bodies.length === 0) return true;
  return (
    instruction.result !== undefined &&
    instruction.name === 'if' &&
    bodies.every(({ statements }) => statements.length === 1 && statements.every(isPlain))
  );
}

function constantText(value: bigint | number): string {
  if (typeof value === 'bigint') {
    const size = value < 0n ? -value : value;
    return size < LARGE ? String(value) : `${value < 0n ? '-' : ''}0x${size.toString(16)}`;
  }
  if (Number.isNaN(value)) return 'nan';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'inf');
}
