import { ByteReader } from './byte-reader.js';
import { ModuleError } from './module-error.js';
import { readValueType, type ValueType } from './value-type.js';

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function that translated code is in. */
export interface EmittedFunction {
  /** By its number in the module's types. */
  readonly type: number;
  /** Declared locals, behind the parameters, as runs of one type. */
  readonly locals: readonly { readonly count: number; readonly type: ValueType }[];
  /** Its instructions, from the first byte to behind the last `end`. */
  readonly body: { readonly from: number; readonly to: number };
}

/** A module as the translator makes them (assembly/jit), taken apart. */
export interface EmittedModule {
  readonly bytes: Uint8Array;
  readonly types: readonly FunctionType[];
  readonly imports: readonly { readonly names: readonly [string, string]; readonly text: string }[];
  readonly functions: readonly EmittedFunction[];
  /** Where in the table the functions stand: the first's index, and which they are. */
  readonly elements: readonly { readonly offset: number; readonly functions: readonly number[] }[];
}

/** Most locals that engines allow a function (WebAssembly JavaScript Interface, "Implementation-defined Limits"). */
const MOST_LOCALS = 50_000;

/** Sections by number, in the order that they stand in (WebAssembly Core 2.0, 5.5.2). */
const SECTIONS = { type: 1, import: 2, function: 3, element: 9, code: 10 } as const;

/**
 * Takes a module's sections apart; what is in functions is left to `readInstructions`.
 *
 * @throws ModuleError for what is no module, and for modules that do what translated code never does
 */
export function parseModule(bytes: Uint8Array): EmittedModule {
  const reader = new ByteReader(bytes);
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) reader.expect(byte, 'module of version 1');
  const section = <Row>(name: keyof typeof SECTIONS, read: (part: ByteReader) => Row): Row[] => {
    reader.expect(SECTIONS[name], `section of ${name}s`);
    const part = reader.part(`the ${name} section`);
    const rows = Array.from({ length: part.count(`${name}s`) }, () => read(part));
    part.finish(`the ${name} section`);
    return rows;
  };
  const types = section('type', readFunctionType);
  const imports = section('import', readImport);
  const functionTypes = section('function', (part) => readIndex(part, types.length, 'type'));
  const elements = section('element', (part) => readElements(part, functionTypes.length));
  const codeAt = reader.at;
  const bodies = section('code', readCode);
  reader.finish('the module');
  if (bodies.length !== functionTypes.length) {
    const counts = `${functionTypes.length} functions have ${bodies.length} bodies`;
    throw new ModuleError(counts, codeAt);
  }
  const functions = bodies.map((body, n) => ({ type: functionTypes[n] ?? 0, ...body }));
  return { bytes, types, imports, functions, elements };
}

function readFunctionType(reader: ByteReader): FunctionType {
  reader.expect(0x60, 'function type');
  const list = (what: string) =>
    Array.from({ length: reader.count(what) }, () => readValueType(reader));
  return { parameters: list('parameters'), results: list('results') };
}

/** A memory or a table of functions, of no least and no most size. */
function readImport(reader: ByteReader): EmittedModule['imports'][number] {
  const names = [reader.name(), reader.name()] as const;
  const { at } = reader;
  const kind = reader.byte();
  if (kind === 1) reader.expect(0x70, 'table of functions');
  else if (kind !== 2) throw new ModuleError('there is no import of a memory or a table', at);
  reader.expect(0, 'size without an end');
  const least = reader.unsigned();
  return { names, text: kind === 1 ? `(table ${least} funcref)` : `(memory ${least})` };
}

function readElements(reader: ByteReader, functions: number): EmittedModule['elements'][number] {
  reader.expect(0, 'segment that fills the table');
  reader.expect(0x41, 'i32.const');
  const offset = Number(BigInt.asUintN(32, reader.signed(32)));
  reader.expect(0x0b, 'end');
  const length = reader.count('elements');
  return {
    offset,
    functions: Array.from({ length }, () => readIndex(reader, functions, 'function')),
  };
}

function readCode(reader: ByteReader): Omit<EmittedFunction, 'type'> {
  const part = reader.part('a function');
  let sum = 0;
  const locals = Array.from({ length: part.count('runs of locals') }, () => {
    const { at } = part;
    const count = part.unsigned();
    sum += count;
    if (sum > MOST_LOCALS) throw new ModuleError(`a function has ${sum} locals`, at);
    return { count, type: readValueType(part) };
  });
  return { locals, body: { from: part.at, to: reader.at } };
}

function readIndex(reader: ByteReader, end: number, what: string): number {
  const { at } = reader;
  const index = reader.unsigned();
  if (index >= end) throw new ModuleError(`there is no ${what} ${index}`, at);
  return index;
}
