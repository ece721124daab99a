import { F64, fma } from '../../../test/softfloat/reference.js';
import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

/** Rows and columns of the matrices. */
const SIZE = 32;
const ROW_BYTES = 8 * SIZE;
const LEFT = DATA;
const RIGHT = DATA + BigInt(SIZE * ROW_BYTES);

const left = (i: number, j: number) => (7 * i + 3 * j + 1) / (j + 2);
const right = (i: number, j: number) => (5 * i + j + 2) / (j + 3);

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
}

/** The sum of the products' bit patterns; `accumulate` yields the bits of a + b × c. */
function model(accumulate: (a: bigint, b: number, c: number) => bigint): bigint {
  let sum = 0n;
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) {
      let dot = 0n;
      for (let k = 0; k < SIZE; k++) dot = accumulate(dot, left(i, k), right(k, j));
      sum = u64(sum + dot);
    }
  }
  return sum;
}

const numberOf = (bits: bigint) => new Float64Array(BigUint64Array.of(bits).buffer)[0] ?? 0;
const separately = (a: bigint, b: number, c: number) => bitsOf(numberOf(a) + b * c);
const TO_NEAREST = 0;
const fused = (a: bigint, b: number, c: number) =>
  fma(F64, bitsOf(b), bitsOf(c), a, TO_NEAREST).bits;

/** Fills a matrix with (p × row + q × column + r) ÷ (column + s). */
const fill = (at: bigint, [p, q, r, s]: readonly [number, number, number, number]) => `
  li a1, ${at}
  li t0, 0
1:
  li t1, 0
2:
  li t2, ${p}
  mul t2, t2, t0
  li t3, ${q}
  mul t3, t3, t1
  add t2, t2, t3
  addi t2, t2, ${r}
  fcvt.d.l fa0, t2
  addi t3, t1, ${s}
  fcvt.d.l fa1, t3
  fdiv.d fa0, fa0, fa1
  fsd fa0, 0(a1)
  addi a1, a1, 8
  addi t1, t1, 1
  li t2, ${SIZE}
  bne t1, t2, 2b
  addi t0, t0, 1
  bne t0, t2, 1b`;

function matrixProduct(name: string, expected: bigint, accumulate: string): GuestProgram {
  return {
    name,
    expected,
    setup: `
  li t0, 0x6000
  csrs mstatus, t0
${fill(LEFT, [7, 3, 1, 2])}
${fill(RIGHT, [5, 1, 2, 3])}`,
    pass: `
  li a0, 0
  li a1, ${LEFT}
  li a2, ${SIZE}
1:
  li a3, ${RIGHT}
  li a4, ${SIZE}
2:
  fmv.d.x fa0, zero
  mv t0, a1
  mv t1, a3
  addi t2, a1, ${ROW_BYTES}
3:
  fld fa1, 0(t0)
  fld fa2, 0(t1)
${accumulate}
  addi t0, t0, 8
  addi t1, t1, ${ROW_BYTES}
  bne t0, t2, 3b
  fmv.x.d t3, fa0
  add a0, a0, t3
  addi a3, a3, 8
  addi a4, a4, -1
  bnez a4, 2b
  addi a1, a1, ${ROW_BYTES}
  addi a2, a2, -1
  bnez a2, 1b`,
  };
}

/** The product of two 32 × 32 matrices of doubles: a multiplication and an addition in 7 instructions. */
export const float = matrixProduct(
  'float',
  model(separately),
  `  fmul.d fa1, fa1, fa2
  fadd.d fa0, fa0, fa1`,
);

/** The same with one fused multiply-add in 6 instructions. */
export const floatFused = matrixProduct(
  'float-fused',
  model(fused),
  '  fmadd.d fa0, fa1, fa2, fa0',
);
