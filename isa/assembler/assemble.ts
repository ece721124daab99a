import { AssemblyError, StatementError } from './assembly-error.js';
import { DIRECTIVES, type DirectiveContext } from './directives.js';
import { evaluate, type Scope } from './expression.js';
import { Image } from './image.js';
import { encode, findMnemonic } from './instruction.js';
import { expandPseudo, FIXED_WORDS } from './pseudo-instructions.js';
import { parseStatements, type Statement } from './statements.js';

/** A program that stands ready to be put into memory at `origin`. */
export interface Program {
  /** The address of the first byte. */
  readonly origin: bigint;
  readonly bytes: Uint8Array;
  /** Labels (addresses) and what `.equ` defined. */
  readonly symbols: Map<string, bigint>;
}

/** Where labels `1:` and the like stand: the statement's index, and the address. */
type LocalLabels = Map<string, { readonly index: number; readonly address: bigint }[]>;

/**
 * Assembles RISC-V source in the syntax of GNU as: every instruction of the table, pseudo-instructions,
 * `c.*` for compressed forms (nothing is compressed unasked), the directives of `DIRECTIVES`, and
 * labels, numeric ones (`1:`, `1b`, `1f`) included.
 *
 * @param options.origin the address of the first byte; 0 if not given
 * @throws AssemblyError naming the line
 */
export function assemble(source: string, options: { origin?: bigint } = {}): Program {
  const statements = parseStatements(source);
  const origin = options.origin ?? 0n;
  // The first pass finds out where the labels are, the second writes what refers to them.
  const first = new Pass(origin, undefined);
  first.run(statements);
  const second = new Pass(origin, first);
  second.run(statements);
  return { origin, bytes: second.image.toBytes(), symbols: second.symbols };
}

/** One way through the statements. The layout is the same on both. */
class Pass {
  readonly image = new Image();
  readonly symbols = new Map<string, bigint>();
  readonly #labels = new Set<string>();
  readonly #locals: LocalLabels = new Map();
  readonly #earlier: Pass | undefined;
  #index = 0;

  constructor(
    readonly origin: bigint,
    earlier: Pass | undefined,
  ) {
    this.#earlier = earlier;
  }

  run(statements: readonly Statement[]): void {
    statements.forEach((statement, index) => {
      this.#index = index;
      try {
        this.#run(statement);
      } catch (error) {
        if (!(error instanceof StatementError)) throw error;
        throw new AssemblyError(error.message, statement.line, statement.text);
      }
    });
  }

  get #address(): bigint {
    return this.origin + BigInt(this.image.length);
  }

  #run({ label, mnemonic, operands }: Statement): void {
    if (label !== undefined) this.#defineLabel(label);
    if (mnemonic === undefined) return;
    if (mnemonic.startsWith('.')) {
      const directive = DIRECTIVES.get(mnemonic);
      if (directive === undefined) throw new StatementError(`unknown directive ${mnemonic}`);
      directive(operands, this.#directiveContext());
      return;
    }
    const fixed = FIXED_WORDS.get(mnemonic);
    if (fixed !== undefined && operands.length === 0) {
      this.image.append(BigInt(fixed), 4);
      return;
    }
    for (const written of expandPseudo({ mnemonic, operands }, this.#scope(false))) {
      const named = findMnemonic(written.mnemonic);
      if (named === undefined) throw new StatementError(`unknown instruction ${mnemonic}`);
      const { length } = named.row;
      // On the first pass only the length counts: targets are unknown, and nothing may be in reach.
      const word =
        this.#earlier === undefined ? 0 : encode(named, written.operands, this.#scope(false));
      this.image.append(BigInt(word), length);
    }
  }

  #defineLabel(label: string): void {
    if (/^\d/.test(label)) {
      const places = this.#locals.get(label) ?? [];
      this.#locals.set(label, [...places, { index: this.#index, address: this.#address }]);
      return;
    }
    if (this.symbols.has(label)) throw new StatementError(`${label} is defined twice`);
    this.#labels.add(label);
    this.symbols.set(label, this.#address);
  }

  #directiveContext(): DirectiveContext {
    const pass = this;
    return {
      get address() {
        return pass.#address;
      },
      value: (text) => evaluate(text, pass.#scope(pass.#earlier === undefined)),
      known: (text) => evaluate(text, pass.#scope(false)),
      emit: (bytes) => pass.image.appendBytes(bytes),
      emitValue: (value, size) => pass.image.append(value, size),
      define: (name, value) => {
        if (pass.#labels.has(name)) throw new StatementError(`${name} is a label already`);
        pass.symbols.set(name, value);
      },
    };
  }

  /** @param lenient whether an unknown symbol counts as zero */
  #scope(lenient: boolean): Scope {
    return {
      here: this.#address,
      symbol: (name) => {
        const value = /^\d/.test(name) ? this.#local(name) : this.#symbol(name);
        if (value !== undefined) return value;
        if (lenient) return 0n;
        const when = this.#earlier === undefined ? ' so far' : '';
        throw new StatementError(`${name} is not defined${when}`);
      },
    };
  }

  #symbol(name: string): bigint | undefined {
    return this.symbols.get(name) ?? this.#earlier?.symbols.get(name);
  }

  /** The nearest numeric label before (`1b`) or after (`1f`) the current statement. */
  #local(reference: string): bigint | undefined {
    const places = (this.#earlier ?? this).#locals.get(reference.slice(0, -1)) ?? [];
    const place = reference.endsWith('b')
      ? places.findLast(({ index }) => index <= this.#index)
      : places.find(({ index }) => index > this.#index);
    return place?.address;
  }
}
