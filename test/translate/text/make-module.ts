import { signedLeb, unsignedLeb } from '../../../isa/wasm/leb128.js';
import { alignmentOf, wasmOpcode } from '../../../isa/wasm/opcodes.js';
import type { ValueType } from '../../../isa/wasm/text/value-type.js';

/** A Wasm instruction: its name, then its immediates; a block's is its result. */
export type Words = readonly [name: string, ...immediates: (number | bigint | ValueType)[]];

const TYPES: Readonly<Record<ValueType, number>> = { i32: 127, i64: 126, f32: 125, f64: 124 };

/** Locals of all functions here, behind the four parameters; they are those that regions have. */
export const LOCALS: readonly ValueType[] = [
  ...Array<ValueType>(2).fill('i32'),
  ...Array<ValueType>(7).fill('i32'),
  ...Array<ValueType>(8).fill('i64'),
  ...Array<ValueType>(10).fill('f64'),
  ...Array<ValueType>(2).fill('f32'),
  ...Array<ValueType>(4).fill('i64'),
  ...Array<ValueType>(2).fill('f64'),
];

export function encode([name, ...immediates]: Words): number[] {
  const opcode = wasmOpcode(name);
  const number = Number(immediates[0] ?? 0);
  switch (opcode.immediate) {
    case 'none':
      if (name !== 'br_table') return [...opcode.bytes];
      return [
        ...opcode.bytes,
        ...unsignedLeb(immediates.length - 1),
        ...immediates.flatMap((label) => unsignedLeb(Number(label))),
      ];
    case 'i32':
    case 'i64':
      return [...opcode.bytes, ...signedLeb(BigInt(immediates[0] ?? 0))];
    case 'f64':
      return [...opcode.bytes, ...new Uint8Array(Float64Array.of(number).buffer)];
    case 'index':
      return [...opcode.bytes, ...unsignedLeb(number)];
    case 'call':
      return [...opcode.bytes, ...unsignedLeb(number), 0];
    case 'memory':
      return [...opcode.bytes, alignmentOf(name), ...unsignedLeb(number)];
    case 'block': {
      const [result] = immediates;
      return [...opcode.bytes, typeof result === 'string' ? TYPES[result] : 0x40];
    }
  }
}

const vector = (items: readonly (readonly number[])[]) => [
  ...unsignedLeb(items.length),
  ...items.flat(),
];
const section = (number: number, items: readonly (readonly number[])[]) => {
  const bytes = vector(items);
  return [number, ...unsignedLeb(bytes.length), ...bytes];
};
const text = (word: string) => vector([...word].map((mark) => [mark.charCodeAt(0)]));

/** A module with these functions, in the form that the translator gives its own. */
export function makeModule(
  bodies: readonly (readonly Words[])[],
  firstElement = 0,
): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...vector([[127], [127], [126], [126]]), ...vector([[127]])];
  const runs = LOCALS.map((local) => [1, TYPES[local]]);
  const codes = bodies.map((body) => {
    const bytes = [...vector(runs), ...body.flatMap(encode), 0x0b];
    return [...unsignedLeb(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(2, [
      [...text('env'), ...text('memory'), 2, 0, 0],
      [...text('env'), ...text('table'), 1, 0x70, 0, 0],
    ]),
    ...section(
      3,
      bodies.map(() => [0]),
    ),
    ...section(9, [
      [0, 0x41, ...signedLeb(BigInt(firstElement)), 0x0b, ...vector(bodies.map((_, n) => [n]))],
    ]),
    ...section(10, codes),
  ]);
}
