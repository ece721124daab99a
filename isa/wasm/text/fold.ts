import type { Instruction } from './instruction.js';
import type { EmittedModule, FunctionType } from './module.js';
import { ModuleError } from './module-error.js';
import { signatureOf } from './signature.js';
import type { ValueType } from './value-type.js';

/**
 * An instruction with those that compute its operands, as the text format folds them (WebAssembly Core 2.0,
 * 6.5.6). Operands that could not be folded stand before it.
 */
export interface Folded {
  readonly instruction: Instruction;
  readonly operands: readonly Folded[];
  /** Of a `block`, `loop` or `if`: what is in it, and behind an `else`. */
  readonly bodies: readonly Body[];
  /** Of its first byte, operands included. */
  readonly offset: number;
}

export interface Body {
  readonly statements: readonly Folded[];
  /** Of the `end` or `else` behind it. */
  readonly end: number;
}

/** Engines, too, nest a limited number of blocks, and this is read by recursion. */
const DEEPEST = 2000;

const STRUCTURES: ReadonlySet<string> = new Set(['block', 'loop', 'if']);
/** Instructions behind which nothing is reached. */
const JUMPS: ReadonlySet<string> = new Set([
  ...['unreachable', 'br', 'br_table', 'return', 'return_call', 'return_call_indirect'],
]);
const FIXED: Readonly<Record<string, readonly [number, number]>> = {
  unreachable: [0, 0],
  nop: [0, 0],
  drop: [1, 0],
  select: [3, 1],
  br: [0, 0],
  br_if: [1, 0],
  br_table: [1, 0],
  'local.get': [0, 1],
  'local.set': [1, 0],
  'local.tee': [1, 1],
};

/** What stands on the stack: an expression, or a value whose expression had to be a statement of its own. */
type Item = Folded | 'stated';

/**
 * Folds a function's body.
 *
 * @param type the function's
 * @throws ModuleError for blocks that do not close, and for functions and types that are not there
 */
export function foldBody(
  module: EmittedModule,
  type: FunctionType,
  instructions: readonly Instruction[],
): Body {
  const folder = new Folder(module, type, instructions);
  const body = folder.body(0);
  const more = instructions[folder.at];
  if (more !== undefined) throw new ModuleError('a function should have ended', more.offset);
  return body;
}

class Folder {
  readonly #module: EmittedModule;
  readonly #type: FunctionType;
  readonly #instructions: readonly Instruction[];
  at = 0;

  constructor(module: EmittedModule, type: FunctionType, instructions: readonly Instruction[]) {
    this.#module = module;
    this.#type = type;
    this.#instructions = instructions;
  }

  #next(): Instruction {
    const instruction = this.#instructions[this.at++];
    if (instruction === undefined) {
      const last = this.#instructions.at(-1)?.offset ?? 0;
      throw new ModuleError('a block has no end', last);
    }
    return instruction;
  }

  /** Up to an `end` or `else`, which is passed over. */
  body(depth: number): Body {
    const statements: Folded[] = [];
    const stack: Item[] = [];
    const state = () => {
      for (const item of stack) if (item !== 'stated') statements.push(item);
      stack.fill('stated');
    };
    for (;;) {
      const instruction = this.#next();
      const { name } = instruction;
      if (name === 'end' || name === 'else') {
        state();
        return { statements, end: instruction.offset };
      }
      const [taken, given] = this.#effect(instruction);
      const operands = takeOperands(stack, taken);
      const folded: Folded = {
        instruction,
        operands,
        bodies: STRUCTURES.has(name) ? this.#bodies(instruction, depth + 1) : [],
        offset: operands[0]?.offset ?? instruction.offset,
      };
      if (given === 1 && !JUMPS.has(name)) {
        stack.push(folded);
        continue;
      }
      state();
      statements.push(folded);
      // Behind a jump the stack has whatever is wanted.
      if (JUMPS.has(name)) stack.length = 0;
      else for (let n = 0; n < given; n++) stack.push('stated');
    }
  }

  #bodies({ name, offset }: Instruction, depth: number): Body[] {
    if (depth > DEEPEST) throw new ModuleError(`blocks nest deeper than ${DEEPEST}`, offset);
    const first = this.body(depth);
    if (this.#instructions[this.at - 1]?.name === 'end') return [first];
    if (name !== 'if') throw new ModuleError(`a ${name} has an else`, first.end);
    return [first, this.body(depth)];
  }

  /** How many values it takes and gives. */
  #effect(instruction: Instruction): readonly [number, number] {
    const { name, offset, result } = instruction;
    if (STRUCTURES.has(name)) return [name === 'if' ? 1 : 0, resultsOf(result)];
    if (name === 'return') return [this.#type.results.length, 0];
    const signature = signatureOf(name) ?? this.#called(instruction);
    if (signature === undefined) {
      const fixed = FIXED[name];
      if (fixed === undefined) throw new ModuleError(`there is a misplaced ${name}`, offset);
      return fixed;
    }
    const table = name.endsWith('call_indirect') ? 1 : 0;
    return [signature.parameters.length + table, signature.results.length];
  }

  #called({ name, numbers, offset }: Instruction): FunctionType | undefined {
    const number = Number(numbers[0]);
    const { types, functions } = this.#module;
    if (name === 'call' || name === 'return_call') {
      const type = types[functions[number]?.type ?? -1];
      if (type === undefined) throw new ModuleError(`there is no function ${number}`, offset);
      return type;
    }
    if (!name.endsWith('call_indirect')) return undefined;
    const type = types[number];
    if (type === undefined) throw new ModuleError(`there is no type ${number}`, offset);
    return type;
  }
}

const resultsOf = (result: ValueType | undefined) => (result === undefined ? 0 : 1);

/** The last `count` items as far as they are expressions, off the stack. */
function takeOperands(stack: Item[], count: number): Folded[] {
  const operands: Folded[] = [];
  for (let n = 0; n < count && stack.length > 0; n++) {
    const item = stack.pop();
    // What is stated lies below all that is not.
    if (item !== undefined && item !== 'stated') operands.unshift(item);
  }
  return operands;
}
