import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIELDS, insert } from '../../isa/fields.js';
import { numberOps } from '../../isa/ops.js';
import { ROWS, rowNamed } from '../../isa/table.js';
import { COMPILE_TIMEOUT, compileAssembly } from '../../test/compile-assembly.js';
import { operand, Random, related } from '../../test/softfloat/operands.js';
import * as reference from '../../test/softfloat/reference.js';
import { F32, F64, type Format, NV, NX, type Result } from '../../test/softfloat/reference.js';

const BOX = 0xffff_ffff_0000_0000n;
const DYNAMIC = 7;
const OPS = numberOps().names;

/** Anywhere in the module's memory. */
const HART = 4096;
let floatOffset = 0;
let readFcsr: (hart: number) => number;
let writeFcsr: (hart: number, value: number) => void;
let view: DataView;
let executeFloat: (hart: number, op: number, word: number) => number;

beforeAll(async () => {
  const module = await compileAssembly('assembly/exec/float-entry.ts');
  const exported = (await WebAssembly.instantiate(module)).exports as {
    memory: WebAssembly.Memory;
    floatOffset: () => number;
    fcsr: typeof readFcsr;
    setFcsr: typeof writeFcsr;
    executeFloat: typeof executeFloat;
  };
  if (exported.memory.buffer.byteLength === 0) exported.memory.grow(1);
  view = new DataView(exported.memory.buffer);
  floatOffset = exported.floatOffset();
  readFcsr = exported.fcsr;
  writeFcsr = exported.setFcsr;
  executeFloat = exported.executeFloat;
}, COMPILE_TIMEOUT);

beforeEach(() => {
  for (let n = 0; n < 32; n++) {
    setX(n, 0n);
    setF(n, 0n);
  }
  setFcsr(0);
});

const x = (n: number) => view.getBigUint64(HART + 8 * n, true);
const f = (n: number) => view.getBigUint64(HART + floatOffset + 8 * n, true);
const fcsr = () => readFcsr(HART);
const setX = (n: number, bits: bigint) => view.setBigUint64(HART + 8 * n, bits, true);
const setF = (n: number, bits: bigint) => view.setBigUint64(HART + floatOffset + 8 * n, bits, true);
const setFcsr = (bits: number) => writeFcsr(HART, bits);

interface Registers {
  readonly d?: number;
  readonly s1?: number;
  readonly s2?: number;
  readonly s3?: number;
  /** The rm field, for rows that have one. */
  readonly rm?: number;
}

/** Executes the row of this name; returns whether it was legal. */
function execute(name: string, { d = 1, s1 = 2, s2 = 3, s3 = 4, rm = 0 }: Registers = {}): boolean {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`no row is named ${name}`);
  const operands = row.operands.split(',');
  let word = row.match | insert(FIELDS.rd, d) | insert(FIELDS.rs1, s1);
  if (operands.includes('fs2')) word |= insert(FIELDS.rs2, s2);
  if (operands.includes('fs3')) word |= insert(FIELDS.fs3, s3);
  if (operands.includes('rm')) word |= insert(FIELDS.rm, rm);
  return executeFloat(HART, OPS.indexOf(row.op), word | 0) !== 0;
}

/** What a row computes from a, b, c (f registers) and i (rs1 as an x register). */
type Model = (a: bigint, b: bigint, c: bigint, mode: number, i: bigint) => Result;

function models(format: Format): Record<string, Model> {
  const sign = 1n << BigInt(format.width - 1);
  const s = format === F32 ? 's' : 'd';
  const w = format === F32 ? 'w' : 'd';
  const exact = (bits: bigint): Result => ({ bits, flags: 0 });
  const integers = (['w', 'wu', 'l', 'lu'] as const).flatMap((type): [string, Model][] => {
    const width = type.startsWith('w') ? 32 : 64;
    const isSigned = !type.endsWith('u');
    return [
      [
        `fcvt.${type}.${s}`,
        (a, _b, _c, mode) => reference.toInteger(format, a, isSigned, width, mode),
      ],
      [
        `fcvt.${s}.${type}`,
        (_a, _b, _c, mode, i) =>
          reference.fromInteger(
            format,
            isSigned ? BigInt.asIntN(width, i) : BigInt.asUintN(width, i),
            mode,
          ),
      ],
    ];
  });
  return {
    [`fmadd.${s}`]: (a, b, c, mode) => reference.fma(format, a, b, c, mode),
    [`fmsub.${s}`]: (a, b, c, mode) => reference.fma(format, a, b, c ^ sign, mode),
    [`fnmsub.${s}`]: (a, b, c, mode) => reference.fma(format, a ^ sign, b, c, mode),
    [`fnmadd.${s}`]: (a, b, c, mode) => reference.fma(format, a ^ sign, b, c ^ sign, mode),
    [`fadd.${s}`]: (a, b, _c, mode) => reference.add(format, a, b, mode),
    [`fsub.${s}`]: (a, b, _c, mode) => reference.sub(format, a, b, mode),
    [`fmul.${s}`]: (a, b, _c, mode) => reference.mul(format, a, b, mode),
    [`fdiv.${s}`]: (a, b, _c, mode) => reference.div(format, a, b, mode),
    [`fsqrt.${s}`]: (a, _b, _c, mode) => reference.sqrt(format, a, mode),
    [`fsgnj.${s}`]: (a, b) => exact((a & ~sign) | (b & sign)),
    [`fsgnjn.${s}`]: (a, b) => exact((a & ~sign) | (~b & sign)),
    [`fsgnjx.${s}`]: (a, b) => exact(a ^ (b & sign)),
    [`fmin.${s}`]: (a, b) => reference.min(format, a, b),
    [`fmax.${s}`]: (a, b) => reference.max(format, a, b),
    [`fle.${s}`]: (a, b) => reference.le(format, a, b),
    [`flt.${s}`]: (a, b) => reference.lt(format, a, b),
    [`feq.${s}`]: (a, b) => reference.eq(format, a, b),
    [`fclass.${s}`]: (a) => reference.classify(format, a),
    [`fmv.x.${w}`]: (a) => exact(BigInt.asUintN(64, BigInt.asIntN(format.width, a))),
    [`fmv.${w}.x`]: (_a, _b, _c, _mode, i) => exact(BigInt.asUintN(format.width, i)),
    ...Object.fromEntries(integers),
  };
}

const MODELS: Record<string, [Format, Model]> = {
  ...Object.fromEntries(Object.entries(models(F32)).map(([name, model]) => [name, [F32, model]])),
  ...Object.fromEntries(Object.entries(models(F64)).map(([name, model]) => [name, [F64, model]])),
  'fcvt.s.d': [F64, (a, _b, _c, mode) => reference.convert(F32, F64, a, mode)],
  'fcvt.d.s': [F32, (a, _b, _c, mode) => reference.convert(F64, F32, a, mode)],
};

const ROWS_UNDER_TEST = ROWS.filter(
  (row) => row.extensions.some((e) => e === 'F' || e === 'D') && row.tier === 'slow',
);

describe('each row of F and D', () => {
  it.each(ROWS_UNDER_TEST)('$name', (row) => {
    const found = MODELS[row.name];
    if (found === undefined) throw new Error(`no model for ${row.name}`);
    const [format, model] = found;
    const boxed = (bits: bigint) => (format === F32 ? BOX | bits : bits);
    const random = new Random(row.match);
    for (let n = 0; n < 500; n++) {
      const a = operand(format, random);
      const b = related(format, a, random);
      const c = related(format, b, random);
      const i = random.bits(1 + random.below(64));
      const mode = random.below(5);
      const dynamic = random.below(2) === 0;
      const before = random.below(32);
      setF(2, boxed(a));
      setF(3, boxed(b));
      setF(4, boxed(c));
      setX(2, i);
      setFcsr(((dynamic ? mode : random.below(8)) << 5) | before);
      const frm = fcsr() >> 5;

      if (!execute(row.name, { rm: dynamic ? DYNAMIC : mode })) throw new Error('illegal');
      const { bits, flags } = model(a, b, c, mode, i);
      const toFloat = row.operands.startsWith('fd');
      const single =
        row.name.startsWith('fcvt.s') || row.name === 'fmv.w.x' || row.name.endsWith('.s');
      const want = toFloat && single && row.name !== 'fcvt.d.s' ? BOX | bits : bits;
      const wantFcsr = (frm << 5) | before | flags;
      const got = toFloat ? f(1) : x(1);
      if (got !== want || fcsr() !== wantFcsr) {
        expect([a, b, c, i, mode, got, fcsr()]).toEqual([a, b, c, i, mode, want, wantFcsr]);
      }
    }
  });
});

describe('NaN boxes (Unprivileged 21.2)', () => {
  it('an operand without its box is the canonical NaN', () => {
    setF(2, 0x3f80_0000n);
    setF(3, BOX | 0x3f80_0000n);
    execute('fadd.s');
    expect(f(1)).toBe(BOX | 0x7fc0_0000n);
    expect(fcsr()).toBe(0);
    execute('fsgnjn.s', { s1: 2, s2: 3 });
    expect(f(1)).toBe(BOX | 0xffc0_0000n);
    execute('fclass.s');
    expect(x(1)).toBe(0x200n);
    execute('fcvt.w.s');
    expect(x(1)).toBe(0x7fff_ffffn);
    expect(fcsr()).toBe(NV);
  });

  it('fmv.x.w takes the low half as it is', () => {
    setF(2, 0x1234_5678_8765_4321n);
    execute('fmv.x.w');
    expect(x(1)).toBe(0xffff_ffff_8765_4321n);
  });
});

describe('rounding modes (Unprivileged 20.2)', () => {
  it.each([5, 6])('rm %i is illegal and changes nothing', (rm) => {
    setF(2, 0x3ff0_0000_0000_0000n);
    expect(execute('fadd.d', { rm })).toBe(false);
    expect([f(1), fcsr()]).toEqual([0n, 0]);
  });

  it.each([5, 6, 7])('a dynamic mode of %i in frm is illegal, even where nothing rounds', (frm) => {
    setFcsr(frm << 5);
    setX(2, 1n);
    expect(execute('fadd.d', { rm: DYNAMIC })).toBe(false);
    expect(execute('fcvt.d.w', { rm: DYNAMIC })).toBe(false);
    expect([f(1), fcsr()]).toEqual([0n, frm << 5]);
  });

  it('a reserved frm does not matter to a static mode or to a row without one', () => {
    setFcsr(7 << 5);
    setF(2, 0x3ff0_0000_0000_0000n);
    expect(execute('fadd.d', { s2: 2, rm: 4 })).toBe(true);
    expect(f(1)).toBe(0x4000_0000_0000_0000n);
    expect(execute('feq.d', { s2: 2 })).toBe(true);
    expect(x(1)).toBe(1n);
  });
});

describe('registers', () => {
  it('x0 stays zero, and the flags are raised all the same', () => {
    setF(2, 0x3ff8_0000_0000_0000n);
    expect(execute('fcvt.l.d', { d: 0 })).toBe(true);
    expect(x(0)).toBe(0n);
    expect(fcsr()).toBe(NX);
  });

  it('the destination may be an operand, and f31 is reached', () => {
    setF(31, 0x4000_0000_0000_0000n);
    execute('fmadd.d', { d: 31, s1: 31, s2: 31, s3: 31 });
    expect(f(31)).toBe(0x4018_0000_0000_0000n);
    setF(0, 0x4008_0000_0000_0000n);
    execute('fmul.d', { d: 0, s1: 0, s2: 31 });
    expect(f(0)).toBe(0x4032_0000_0000_0000n);
  });

  it('an op of another extension is refused', () => {
    expect(executeFloat(HART, OPS.indexOf('ADD'), 0)).toBe(0);
    expect(executeFloat(HART, OPS.indexOf('FLD'), 0)).toBe(0);
  });
});
