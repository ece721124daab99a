import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIELDS, insert } from '../../isa/fields.js';
import { numberOps } from '../../isa/ops.js';
import { ROWS, rowNamed } from '../../isa/table.js';
import { draw } from './draw.js';
import { Random } from './operands.js';
import { F32, F64, type Format, NV, NX } from './reference.js';
import { MODELS } from './rows.js';

const BOX = 0xffff_ffff_0000_0000n;
const DYNAMIC = 7;
const OPS = numberOps().names;

/** A hart that executes F and D; 64-bit values are unsigned. */
export interface FloatMachine {
  x(n: number): bigint;
  f(n: number): bigint;
  fcsr(): number;
  setX(n: number, bits: bigint): void;
  setF(n: number, bits: bigint): void;
  setFcsr(bits: number): void;
  /** Executes one instruction, `op` by isa/ops; false if it is illegal. */
  execute(op: number, word: number): boolean;
}

interface Registers {
  readonly d?: number;
  readonly s1?: number;
  readonly s2?: number;
  readonly s3?: number;
  /** The rm field, for rows that have one. */
  readonly rm?: number;
}

const ROWS_UNDER_TEST = ROWS.filter(
  (row) => row.extensions.some((e) => e === 'F' || e === 'D') && row.tier === 'slow',
);

/**
 * Describes F and D on a machine: each row against the exact model, `cases` times, then what the specification
 * says of boxes, modes and registers.
 */
export function describeFloat(
  open: () => FloatMachine | Promise<FloatMachine>,
  cases: number,
): void {
  let machine: FloatMachine;

  beforeAll(async () => {
    machine = await open();
  });

  beforeEach(() => {
    for (let n = 0; n < 32; n++) {
      machine.setX(n, 0n);
      machine.setF(n, 0n);
    }
    machine.setFcsr(0);
  });

  /** Executes the row of this name; returns whether it was legal. */
  function execute(
    name: string,
    { d = 1, s1 = 2, s2 = 3, s3 = 4, rm = 0 }: Registers = {},
  ): boolean {
    const row = rowNamed(name);
    if (row === undefined) throw new Error(`no row is named ${name}`);
    const operands = row.operands.split(',');
    let word = row.match | insert(FIELDS.rd, d) | insert(FIELDS.rs1, s1);
    if (operands.includes('fs2')) word |= insert(FIELDS.rs2, s2);
    if (operands.includes('fs3')) word |= insert(FIELDS.fs3, s3);
    if (operands.includes('rm')) word |= insert(FIELDS.rm, rm);
    return machine.execute(OPS.indexOf(row.op), word | 0);
  }

  describe('each row of F and D', () => {
    it.each(ROWS_UNDER_TEST)('$name', (row) => {
      const found = MODELS[row.name];
      if (found === undefined) throw new Error(`no model for ${row.name}`);
      const [format, model] = found;
      const boxed = (bits: bigint) => (format === F32 ? BOX | bits : bits);
      const random = new Random(row.match);
      for (let n = 0; n < cases; n++) {
        const [a, b, c, i] = draw(row.name, format, random);
        const mode = random.below(5);
        const dynamic = random.below(2) === 0;
        const before = random.below(32);
        machine.setF(2, boxed(a));
        machine.setF(3, boxed(b));
        machine.setF(4, boxed(c));
        machine.setX(2, i);
        machine.setFcsr(((dynamic ? mode : random.below(8)) << 5) | before);
        const frm = machine.fcsr() >> 5;

        if (!execute(row.name, { rm: dynamic ? DYNAMIC : mode })) throw new Error('illegal');
        const { bits, flags } = model(a, b, c, mode, i);
        const toFloat = row.operands.startsWith('fd');
        const single =
          row.name.startsWith('fcvt.s') || row.name === 'fmv.w.x' || row.name.endsWith('.s');
        const want = toFloat && single && row.name !== 'fcvt.d.s' ? BOX | bits : bits;
        const wantFcsr = (frm << 5) | before | flags;
        const got = toFloat ? machine.f(1) : machine.x(1);
        if (got !== want || machine.fcsr() !== wantFcsr) {
          expect([a, b, c, i, mode, got, machine.fcsr()]).toEqual([
            a,
            b,
            c,
            i,
            mode,
            want,
            wantFcsr,
          ]);
        }
      }
    });
  });

  /** (1 + x)(1 + y) lies halfway between two numbers, the even one below or above; c is far too small to hold. */
  const TIES: [Format, bigint[], bigint, bigint][] = [
    [F32, [0x3f80_0800n, 0x3f80_1800n], 0x3f80_0800n, 0x2180_0000n],
    [
      F64,
      [0x3ff0_0000_0400_0000n, 0x3ff0_0000_0c00_0000n],
      0x3ff0_0000_0200_0000n,
      0x3870_0000_0000_0000n,
    ],
  ];

  describe('the fused addend decides halfway cases (Unprivileged 20.6)', () => {
    it.each(TIES)('$name', (format, factors, b, size) => {
      const [s, box] = format === F32 ? ['s', BOX] : ['d', 0n];
      for (const name of ['fmadd', 'fmsub', 'fnmsub', 'fnmadd']) {
        for (const a of factors) {
          for (const c of [size, size ^ (1n << BigInt(format.width - 1)), 0n]) {
            machine.setF(2, box | a);
            machine.setF(3, box | b);
            machine.setF(4, box | c);
            execute(`${name}.${s}`);
            const want = MODELS[`${name}.${s}`]?.[1](a, b, c, 0, 0n).bits;
            expect([name, a, c, machine.f(1)]).toEqual([name, a, c, box | (want ?? 0n)]);
          }
        }
      }
    });
  });

  describe('NaN boxes (Unprivileged 21.2)', () => {
    it('an operand without its box is the canonical NaN', () => {
      machine.setF(2, 0x3f80_0000n);
      machine.setF(3, BOX | 0x3f80_0000n);
      execute('fadd.s');
      expect(machine.f(1)).toBe(BOX | 0x7fc0_0000n);
      expect(machine.fcsr()).toBe(0);
      execute('fsgnjn.s', { s1: 2, s2: 3 });
      expect(machine.f(1)).toBe(BOX | 0xffc0_0000n);
      execute('fclass.s');
      expect(machine.x(1)).toBe(0x200n);
      execute('fcvt.w.s');
      expect(machine.x(1)).toBe(0x7fff_ffffn);
      expect(machine.fcsr()).toBe(NV);
    });

    it('fmv.x.w takes the low half as it is', () => {
      machine.setF(2, 0x1234_5678_8765_4321n);
      execute('fmv.x.w');
      expect(machine.x(1)).toBe(0xffff_ffff_8765_4321n);
    });
  });

  describe('rounding modes (Unprivileged 20.2)', () => {
    it.each([5, 6])('rm %i is illegal and changes nothing', (rm) => {
      machine.setF(2, 0x3ff0_0000_0000_0000n);
      expect(execute('fadd.d', { rm })).toBe(false);
      expect([machine.f(1), machine.fcsr()]).toEqual([0n, 0]);
    });

    it.each([5, 6, 7])(
      'a dynamic mode of %i in frm is illegal, even where nothing rounds',
      (frm) => {
        machine.setFcsr(frm << 5);
        machine.setX(2, 1n);
        expect(execute('fadd.d', { rm: DYNAMIC })).toBe(false);
        expect(execute('fcvt.d.w', { rm: DYNAMIC })).toBe(false);
        expect([machine.f(1), machine.fcsr()]).toEqual([0n, frm << 5]);
      },
    );

    it('a reserved frm does not matter to a static mode or to a row without one', () => {
      machine.setFcsr(7 << 5);
      machine.setF(2, 0x3ff0_0000_0000_0000n);
      expect(execute('fadd.d', { s2: 2, rm: 4 })).toBe(true);
      expect(machine.f(1)).toBe(0x4000_0000_0000_0000n);
      expect(execute('feq.d', { s2: 2 })).toBe(true);
      expect(machine.x(1)).toBe(1n);
    });
  });

  describe('registers', () => {
    it('x0 stays zero, and the flags are raised all the same', () => {
      machine.setF(2, 0x3ff8_0000_0000_0000n);
      expect(execute('fcvt.l.d', { d: 0 })).toBe(true);
      expect(machine.x(0)).toBe(0n);
      expect(machine.fcsr()).toBe(NX);
    });

    it('the destination may be an operand, and f31 is reached', () => {
      machine.setF(31, 0x4000_0000_0000_0000n);
      execute('fmadd.d', { d: 31, s1: 31, s2: 31, s3: 31 });
      expect(machine.f(31)).toBe(0x4018_0000_0000_0000n);
      machine.setF(0, 0x4008_0000_0000_0000n);
      execute('fmul.d', { d: 0, s1: 0, s2: 31 });
      expect(machine.f(0)).toBe(0x4032_0000_0000_0000n);
    });

    it('an op of another extension is refused', () => {
      expect(machine.execute(OPS.indexOf('ADD'), 0)).toBe(false);
      expect(machine.execute(OPS.indexOf('FLD'), 0)).toBe(false);
    });
  });
}
