import { foldBody } from './fold.js';
import { readInstructions } from './instruction.js';
import { bodyLines, type Line } from './lines.js';
import { localNames } from './local-names.js';
import type { EmittedFunction, EmittedModule, FunctionType } from './module.js';
import { parseModule } from './module.js';

/** Columns of the lines that declare locals. */
const WIDTH = 100;

/**
 * A module of translated code in WebAssembly's text format, folded; locals have the names of the guest's
 * registers that they stand for.
 *
 * @throws ModuleError for bytes that are no such module
 */
export function moduleText(bytes: Uint8Array): string {
  const module = parseModule(bytes);
  const lines = [
    ...module.imports.map(({ names, text }) => `  (import "${names[0]}" "${names[1]}" ${text})`),
    ...module.types.map((type) => `  (type (func${typeText(type)}))`),
    ...module.elements.map(
      ({ offset, functions }) =>
        `  (elem (i32.const ${offset})${functions.map((each) => ` $region${each}`).join('')})`,
    ),
    ...module.functions.flatMap((_, number) => functionText(module, number)),
  ];
  return `(module\n${lines.join('\n')}\n)\n`;
}

/**
 * The lines of one function's body, with the offset in the module where each begins.
 *
 * @throws ModuleError for bytes that are no instructions of translated code
 */
export function functionLines(
  module: EmittedModule,
  emitted: EmittedFunction,
  depth: number,
): readonly Line[] {
  const instructions = readInstructions(module, emitted);
  const names = localNames(instructions);
  return bodyLines(foldBody(module, typeOf(module, emitted), instructions), names, depth);
}

function functionText(module: EmittedModule, number: number): string[] {
  const emitted = module.functions[number] as EmittedFunction;
  const { parameters, results } = typeOf(module, emitted);
  const names = localNames(readInstructions(module, emitted));
  const declared = emitted.locals.flatMap(({ count, type }) =>
    Array.from({ length: count }, () => type),
  );
  const words = [
    ...parameters.map((type, local) => `(param $${names(local)} ${type})`),
    ...results.map((type) => `(result ${type})`),
    ...declared.map((type, n) => `(local $${names(parameters.length + n)} ${type})`),
  ];
  return [
    `  (func $region${number} (type ${emitted.type})`,
    ...wrapped(words, '    '),
    ...functionLines(module, emitted, 2).map(({ text }) => text),
    '  )',
  ];
}

const typeOf = (module: EmittedModule, { type }: EmittedFunction): FunctionType =>
  module.types[type] ?? { parameters: [], results: [] };

function typeText({ parameters, results }: FunctionType): string {
  const list = (word: string, types: readonly string[]) =>
    types.length === 0 ? '' : ` (${word} ${types.join(' ')})`;
  return list('param', parameters) + list('result', results);
}

function wrapped(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && indent.length + line.length + word.length >= WIDTH) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}
