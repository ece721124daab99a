import { describe, expect, it } from 'vitest';
import {
  encode,
  LOCALS,
  makeModule,
  type Words,
} from '../../../test/translate/text/make-module.js';
import { readBodies } from '../../../test/translate/text/read-text.js';
import { WASM_OPCODES } from '../opcodes.js';
import { ModuleError } from './module-error.js';
import { moduleText } from './module-text.js';
import { signatureOf } from './signature.js';
import type { ValueType } from './value-type.js';

const ZERO: Readonly<Record<ValueType, readonly Words[]>> = {
  i32: [['i32.const', 70000]],
  i64: [['i64.const', -5n]],
  f32: [['f64.const', 0.1], ['f32.demote_f64']],
  f64: [['f64.const', -0]],
};
const END: Words = ['i32.const', 0];

/** A body with that instruction in it, for those whose name does not say what they do. */
const OTHERS: Readonly<Record<string, readonly Words[]>> = {
  unreachable: [['unreachable']],
  nop: [['nop'], END],
  else: [END, ['if', 'i32'], END, ['else'], END, ['end']],
  end: [['block'], ['end'], END],
  return: [END, ['return']],
  drop: [END, ['drop'], END],
  select: [END, END, END, ['select']],
  br_table: [['block'], ['block'], END, ['br_table', 0, 1, 0], ['end'], ['end'], END],
  block: [['block', 'i32'], END, ['end']],
  loop: [['loop'], END, ['br_if', 0], ['end'], END],
  if: [END, ['if'], ['nop'], ['end'], END],
  br: [['block'], ['br', 0], ['end'], END],
  br_if: [['block'], END, ['br_if', 0], ['end'], END],
  call: [...parameters(), ['call', 0]],
  return_call: [...parameters(), ['return_call', 0]],
  call_indirect: [...parameters(), END, ['call_indirect', 0]],
  return_call_indirect: [...parameters(), END, ['return_call_indirect', 0]],
  'local.get': [['local.get', 0]],
  'local.set': [['i64.const', 1n << 40n], ['local.set', 2], END],
  'local.tee': [END, ['local.tee', 1]],
};

function parameters(): Words[] {
  return [0, 1, 2, 3].map((local) => ['local.get', local]);
}

function bodyWith(name: string): readonly Words[] {
  const signature = signatureOf(name);
  if (signature === undefined) return OTHERS[name] ?? [];
  const immediate = /const$/.test(name) ? 3 : 24;
  const [result] = signature.results;
  return [
    ...signature.parameters.flatMap((type) => ZERO[type]),
    [name, immediate],
    ...(result === undefined ? [] : [['drop'] as const]),
    END,
  ];
}

/** What is printed holds every byte: a reader of the text format makes the same of it. */
function printAndReadBack(bodies: readonly (readonly Words[])[]): string {
  const module = makeModule(bodies);
  expect(() => new WebAssembly.Module(module)).not.toThrow();
  const text = moduleText(module);
  expect(readBodies(text)).toEqual(bodies.map((body) => body.flatMap(encode)));
  return text;
}

describe('moduleText', () => {
  it.each(WASM_OPCODES.map(({ name }) => name))('prints %s', (name) => {
    const body = bodyWith(name);
    expect(body.map(([each]) => each)).toContain(name);
    const text = printAndReadBack([body]);
    if (name !== 'end') expect(text).toContain(`(${name}`);
  });

  it('folds operands, and names locals after the registers that they hold', () => {
    const body: Words[] = [
      ...([
        ['local.get', 0],
        ['i64.load', 80],
        ['local.set', 33],
      ] satisfies Words[]),
      ...([
        ['local.get', 0],
        ['f64.load', 264],
        ['local.set', 37],
      ] satisfies Words[]),
      ['loop'],
      ...([
        ['local.get', 33],
        ['i64.const', -1n],
        ['i64.add'],
        ['local.tee', 33],
      ] satisfies Words[]),
      ...([['i64.eqz'], ['i32.eqz'], ['br_if', 0]] satisfies Words[]),
      ['end'],
      ...([
        ['local.get', 0],
        ['local.get', 34],
        ['i64.store', 8],
      ] satisfies Words[]),
      ['i32.const', 1],
    ];
    expect(printAndReadBack([body, [['i32.const', 2]]]).split('\n')).toEqual([
      '(module',
      '  (import "env" "memory" (memory 0))',
      '  (import "env" "table" (table 0 funcref))',
      '  (type (func (param i32 i32 i64 i64) (result i32)))',
      '  (elem (i32.const 0) $region0 $region1)',
      '  (func $region0 (type 0)',
      expect.stringMatching(/^ {4}\(param \$hart i32\) \(param \$code i32\) \(param \$page i64\)/),
      ...Array(7).fill(expect.stringMatching(/^ {4}\(local /)),
      '    (local.set $x10 (i64.load offset=80 (local.get $hart)))',
      '    (local.set $f1 (f64.load offset=264 (local.get $hart)))',
      '    (loop $loop1',
      '      (br_if $loop1 (i32.eqz (i64.eqz (local.tee $x10 (i64.add (local.get $x10) (i64.const -1))))))',
      '    )',
      '    (i64.store offset=8 (local.get $hart) (local.get $x1))',
      '    (i32.const 1)',
      '  )',
      '  (func $region1 (type 0)',
      ...Array(8).fill(expect.stringMatching(/^ {4}\((param|local) /)),
      '    (i32.const 2)',
      '  )',
      ')',
      '',
    ]);
  });

  it('breaks lines that are too long', () => {
    const sum: Words[] = [['i64.const', 1n << 40n]];
    for (let n = 1; n < 5; n++) sum.push(['i64.const', BigInt(n) << 40n], ['i64.add']);
    expect(printAndReadBack([[...sum, ['local.set', 2], ['i32.const', 0]]])).toContain(
      [
        '    (local.set $page',
        '      (i64.add',
        '        (i64.add',
        '          (i64.add',
        '            (i64.add (i64.const 0x10000000000) (i64.const 0x10000000000))',
        '            (i64.const 0x20000000000))',
        '          (i64.const 0x30000000000))',
        '        (i64.const 0x40000000000)))',
      ].join('\n'),
    );
  });

  it('prints values that stay on the stack while something else is done', () => {
    const body: Words[] = [
      ['i32.const', 1],
      ...([
        ['i32.const', 0],
        ['i64.const', 7n],
        ['i64.store', 0],
      ] satisfies Words[]),
      ...([['block'], ['nop'], ['end']] satisfies Words[]),
      ['i32.const', 2],
      ['i32.add'],
    ];
    expect(printAndReadBack([body])).toContain(
      [
        '    (i32.const 1)',
        '    (i64.store (i32.const 0) (i64.const 7))',
        '    (block $block1',
        '      (nop)',
        '    )',
        '    (i32.add (i32.const 2))',
      ].join('\n'),
    );
  });

  it('prints what stands behind a jump', () => {
    printAndReadBack([
      [['block'], ['br', 0], ['drop'], ['end'], END],
      [END, ['return'], ['i32.add'], ['drop'], ['unreachable']],
      [['loop', 'i32'], ['br', 0], ['end']],
    ]);
  });

  it('prints random expressions and blocks', () => {
    let state = 1;
    const random = (end: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % end;
    };
    const values = WASM_OPCODES.flatMap(({ name }) => {
      const signature = signatureOf(name);
      return signature?.results.length === 1 ? [{ name, ...signature }] : [];
    });
    const value = (type: ValueType, depth: number): Words[] => {
      const able = values.filter((each) => each.results[0] === type);
      const { name, parameters: taken } = able[random(able.length)] ?? { name: '', parameters: [] };
      if (depth === 0 || name === '') return [...ZERO[type]];
      if (random(8) === 0) {
        return [
          ...value('i32', depth - 1),
          ...([['if', type], ...value(type, depth - 1), ['else']] satisfies Words[]),
          ...([...value(type, depth - 1), ['end']] satisfies Words[]),
        ];
      }
      const immediate = /const$/.test(name) ? random(1 << 20) : random(4096);
      return [...taken.flatMap((each) => value(each, depth - 1)), [name, immediate]];
    };
    const statements = (depth: number, labels: number): Words[] =>
      Array.from({ length: 1 + random(3) }, (): Words[] => {
        const local = 4 + random(LOCALS.length);
        if (depth === 0 || random(2) === 0) {
          return [...value(LOCALS[local - 4] ?? 'i32', 3), ['local.set', local]];
        }
        const inside = statements(depth - 1, labels + 1);
        const jump: Words[] = [...value('i32', 2), ['br_if', random(labels + 1)]];
        if (random(3) === 0) {
          return [...value('i32', 2), ['if'], ...inside, ['else'], ...jump, ...inside, ['end']];
        }
        return [[random(2) === 0 ? 'block' : 'loop'], ...inside, ...jump, ['end']];
      }).flat();
    for (let n = 0; n < 40; n++) printAndReadBack([[...statements(5, 0), END]]);
  });
});

describe('bytes that are no module of translated code are refused', () => {
  const good = [...makeModule([[['i32.const', 1]]])];
  const changed = (from: readonly number[], to: readonly number[]) => {
    const text = good.join(',');
    const result = text.replace(from.join(','), to.join(','));
    expect(result).not.toBe(text);
    return result.split(',').map(Number);
  };
  it.each<[what: string, bytes: readonly number[], line: RegExp]>([
    ['none', [], /at byte 0 it ends too early/],
    [
      'another file',
      [...new TextEncoder().encode('\x7fELF')],
      /at byte 0 there is 0x7f, no module/,
    ],
    ['cut short', good.slice(0, -3), /bytes of the code section are said to follow/],
    ['something behind', [...good, 0], /the module should have ended/],
    ['an unknown instruction', changed([65, 1, 11], [63, 0, 11]), /no instruction 0x3f/],
    ['a block without end', changed([65, 1, 11], [2, 64, 11]), /a block has no end/],
    ['code behind the end', changed([65, 1, 11], [11, 1, 11]), /a function should have ended/],
    ['an else alone', changed([65, 1, 11], [5, 1, 11]), /should have ended/],
    ['an imported function', changed([2, 0, 0], [0, 0, 0]), /no import of a memory or a table/],
    ['another section', changed([9, 7], [8, 7]), /there is 0x8, no section of elements/],
    ['a function of no type', changed([3, 2, 1, 0], [3, 2, 1, 1]), /there is no type 1/],
    ['too many locals', changed([1, 124, 65], [255, 255, 255]), /a function has \d+ locals/],
  ])('%s', (_, bytes, line) => {
    const print = () => moduleText(Uint8Array.from(bytes));
    expect(print).toThrow(ModuleError);
    expect(print).toThrow(line);
  });

  it('any byte changed gives a text or that error', () => {
    for (let at = 0; at < good.length; at++) {
      for (const byte of [0, 1, 0x40, 0x7f, 0x80, 0xff]) {
        const bytes = Uint8Array.from(good.with(at, byte));
        try {
          moduleText(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ModuleError);
        }
      }
    }
  });
});
