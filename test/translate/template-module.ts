import { unsignedLeb } from '../../isa/wasm/leb128.js';
import { FIRST_REGISTER_LOCAL, LOCALS, packTemplate, WORDS } from '../../isa/wasm/notation.js';
import { wasmOpcode } from '../../isa/wasm/opcodes.js';

/**
 * A template of isa/wasm as a Wasm module of its own: `run(cases, results, 0n, count)` executes it on cases in memory
 * and says of each whether it left the region, and what it wrote.
 */

/** Bytes of a case: x, y, z (f registers), a, b (x registers), then `floatReady` and `floatFast`, four each. */
export const CASE = { x: 0, y: 8, z: 16, a: 24, b: 32, ready: 40, fast: 44, bytes: 48 } as const;
/** Bytes of a result: what was done, then 64 bits. */
export const RESULT = { outcome: 0, bits: 8, bytes: 16 } as const;
export const OUTCOME = { left: 0, wroteX: 1, wroteF: 2 } as const;

const TYPES = { i32: 0x7f, i64: 0x7e, f64: 0x7c, f32: 0x7d } as const;
type Type = keyof typeof TYPES;
const EMPTY_BLOCK = 0x40;

/** Locals of our own, behind a region's. */
const OWN = { x: 0, y: 1, z: 2, a: 3, b: 4, result: 5, outcome: 6 } as const;
const OWN_TYPES: readonly Type[] = ['f64', 'f64', 'f64', 'i64', 'i64', 'i64', 'i32'];
const own = (name: keyof typeof OWN) => FIRST_REGISTER_LOCAL + OWN[name];

/** A region's locals are named by their type, but for a few. */
function typeOfLocal(name: string): Type {
  if (/^l\d|^va$|^context$/.test(name)) return 'i64';
  if (/^d\d/.test(name)) return 'f64';
  return /^s\d/.test(name) ? 'f32' : 'i32';
}

const op = (name: string, ...operands: readonly number[]): number[] => [
  ...wasmOpcode(name).bytes,
  ...operands.flatMap(unsignedLeb),
];
const get = (index: number) => op('local.get', index);
const set = (index: number) => op('local.set', index);
const i32 = (value: number) => [...wasmOpcode('i32.const').bytes, value];

/** What a word becomes within so many conditionals that may be left. */
function word(code: number, nesting: number): number[] {
  const leave = op('br_if', nesting);
  switch (code) {
    case WORDS.a:
      return get(own('a'));
    case WORDS.b:
      return get(own('b'));
    case WORDS.x:
      return get(own('x'));
    case WORDS.y:
      return get(own('y'));
    case WORDS.z:
      return get(own('z'));
    case WORDS.side:
      return leave;
    case WORDS.fast:
      return [...get(LOCALS.floatFast), ...op('i32.eqz'), ...leave];
    case WORDS.ready:
      return [...get(LOCALS.floatReady), ...op('i32.eqz'), ...leave];
    case WORDS.when:
      return op('if', EMPTY_BLOCK);
    case WORDS.done:
      return op('end');
    case WORDS.rd:
      return [...set(own('result')), ...i32(OUTCOME.wroteX), ...set(own('outcome'))];
    case WORDS.fd:
      return [
        ...op('i64.reinterpret_f64'),
        ...set(own('result')),
        ...i32(OUTCOME.wroteF),
        ...set(own('outcome')),
      ];
    default:
      throw new Error(`word ${code} has no place in a template of F or D`);
  }
}

/** The instructions of a packed template. */
function expand(packed: readonly number[]): number[] {
  const code: number[] = [];
  let nesting = 0;
  for (let at = 0; packed[at] !== 0; ) {
    const item = packed[at++] ?? 0;
    if (item < 0x80) {
      code.push(...packed.slice(at, at + item));
      at += item;
      continue;
    }
    code.push(...word(item, nesting));
    if (item === WORDS.when) nesting++;
    if (item === WORDS.done) nesting--;
  }
  return code;
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsignedLeb(items.length), ...items.flat()];
}
function sized(bytes: readonly number[]): number[] {
  return [...unsignedLeb(bytes.length), ...bytes];
}
const text = (name: string) => sized([...new TextEncoder().encode(name)]);

function loadCase(): number[] {
  const load = (name: 'x' | 'y' | 'z' | 'a' | 'b') => [
    ...get(LOCALS.hart),
    ...op(`${OWN_TYPES[OWN[name]]}.load`, 3, CASE[name]),
    ...set(own(name)),
  ];
  const flag = (index: number, offset: number) => [
    ...get(LOCALS.hart),
    ...op('i32.load', 2, offset),
    ...set(index),
  ];
  return [
    ...(['x', 'y', 'z', 'a', 'b'] as const).flatMap(load),
    ...flag(LOCALS.floatReady, CASE.ready),
    ...flag(LOCALS.floatFast, CASE.fast),
  ];
}

function advance(index: number, bytes: number): number[] {
  return [...get(index), ...i32(bytes), ...op('i32.add'), ...set(index)];
}

function body(template: string): number[] {
  const names = Object.entries(LOCALS).sort(([, m], [, n]) => m - n);
  const types = [...names.slice(4).map(([name]) => typeOfLocal(name)), ...OWN_TYPES];
  const one = [...wasmOpcode('i64.const').bytes, 1];
  return [
    ...vector(types.map((type) => [1, TYPES[type]])),
    ...op('loop', EMPTY_BLOCK),
    ...loadCase(),
    ...i32(OUTCOME.left),
    ...set(own('outcome')),
    ...op('block', EMPTY_BLOCK),
    ...expand(packTemplate(template)),
    ...op('end'),
    ...get(LOCALS.code),
    ...get(own('outcome')),
    ...op('i32.store', 2, RESULT.outcome),
    ...get(LOCALS.code),
    ...get(own('result')),
    ...op('i64.store', 3, RESULT.bits),
    ...advance(LOCALS.hart, CASE.bytes),
    ...advance(LOCALS.code, RESULT.bytes),
    ...get(LOCALS.steps),
    ...one,
    ...op('i64.sub'),
    ...op('local.tee', LOCALS.steps),
    ...op('i64.eqz'),
    ...op('i32.eqz'),
    ...op('br_if', 0),
    ...op('end'),
    ...op('end'),
  ];
}

/** The module's bytes; it imports `env.memory` and exports `run`. */
export function templateModule(template: string): Uint8Array<ArrayBuffer> {
  const parameters = [TYPES.i32, TYPES.i32, TYPES.i64, TYPES.i64];
  const section = (id: number, items: readonly (readonly number[])[]) => [
    id,
    ...sized(vector(items)),
  ];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...sized(parameters), 0]]),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 0]]),
    ...section(3, [[0]]),
    ...section(7, [[...text('run'), 0, 0]]),
    ...section(10, [sized(body(template))]),
  ]);
}
