import { alignmentOf, WASM_OPCODES, type WasmOpcode } from '../opcodes.js';
import { ByteReader } from './byte-reader.js';
import type { EmittedFunction, EmittedModule } from './module.js';
import { ModuleError } from './module-error.js';
import { readValueType, type ValueType } from './value-type.js';

/** A Wasm instruction, read. */
export interface Instruction {
  readonly name: string;
  /** Of its first byte in the module. */
  readonly offset: number;
  /** Constants and offsets of memory accesses; a local, a function, a type; labels, the default's last. */
  readonly numbers: readonly (bigint | number)[];
  /** A block's. */
  readonly result?: ValueType;
}

const NO_RESULT = 0x40;

/** By their bytes: a prefix counts 256 times. */
const BY_CODE = new Map(
  WASM_OPCODES.map((opcode) => {
    const [first = 0, second] = opcode.bytes;
    return [second === undefined ? first : first * 256 + second, opcode];
  }),
);
const PREFIXES = new Set(
  WASM_OPCODES.filter(({ bytes }) => bytes.length > 1).map(({ bytes }) => bytes[0]),
);

/**
 * The instructions of a function; the last is the `end` of its body.
 *
 * @throws ModuleError for instructions that are not in the table (isa/wasm/opcodes.ts)
 */
export function readInstructions(
  module: EmittedModule,
  { body }: EmittedFunction,
): readonly Instruction[] {
  const reader = new ByteReader(module.bytes, body.from, body.to);
  const instructions: Instruction[] = [];
  while (!reader.done) instructions.push(readInstruction(reader));
  return instructions;
}

function readInstruction(reader: ByteReader): Instruction {
  const offset = reader.at;
  const first = reader.byte();
  const code = PREFIXES.has(first) ? first * 256 + reader.unsigned() : first;
  const opcode = BY_CODE.get(code);
  if (opcode === undefined) {
    throw new ModuleError(
      `there is no instruction 0x${code.toString(16)} of translated code`,
      offset,
    );
  }
  return { name: opcode.name, offset, ...readImmediate(reader, opcode) };
}

function readImmediate(
  reader: ByteReader,
  { name, immediate }: WasmOpcode,
): Pick<Instruction, 'numbers' | 'result'> {
  switch (immediate) {
    case 'none':
      return { numbers: name === 'br_table' ? readLabels(reader) : [] };
    case 'i32':
      return { numbers: [reader.signed(32)] };
    case 'i64':
      return { numbers: [reader.signed(64)] };
    case 'f64':
      return { numbers: [reader.f64()] };
    case 'index':
      return { numbers: [reader.unsigned()] };
    case 'call': {
      const type = reader.unsigned();
      reader.expect(0, 'first table');
      return { numbers: [type] };
    }
    case 'memory': {
      reader.expect(alignmentOf(name), `alignment of ${name}`);
      return { numbers: [reader.unsigned()] };
    }
    case 'block':
      return { numbers: [], ...readResult(reader) };
  }
}

function readLabels(reader: ByteReader): number[] {
  const length = reader.count('labels') + 1;
  return Array.from({ length }, () => reader.unsigned());
}

function readResult(reader: ByteReader): { readonly result?: ValueType } {
  const before = reader.peek();
  if (before !== NO_RESULT) return { result: readValueType(reader) };
  reader.byte();
  return {};
}
