import type { GuestProgram } from '../../programs/program.js';

/** Points in each direction, and the most iterations for each. */
const SIZE = 32;
const MOST = 64;
/** The lower left corner and the distance between points, both exact in single precision. */
const LEFT = -2;
const BOTTOM = -1.25;
const STEP = 0.078125;
const ESCAPED = 4;

const { fround } = Math;

/** Iterations in all. */
function model(): bigint {
  let iterations = 0n;
  for (let row = 0; row < SIZE; row++) {
    const b = fround(fround(row * STEP) + BOTTOM);
    for (let column = 0; column < SIZE; column++) {
      const a = fround(fround(column * STEP) + LEFT);
      let [x, y] = [0, 0];
      for (let left = MOST; left > 0; left--) {
        const [xx, yy] = [fround(x * x), fround(y * y)];
        if (fround(xx + yy) > ESCAPED) break;
        const xy = fround(x * y);
        y = fround(fround(xy + xy) + b);
        x = fround(fround(xx - yy) + a);
        iterations++;
      }
    }
  }
  return iterations;
}

const single = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
const constant = (register: string, value: number) =>
  `  li t0, ${single(value)}\n  fmv.w.x ${register}, t0`;

/** Points of the Mandelbrot set in single precision: arithmetic, and a comparison in 13 instructions. */
export const mandelbrot: GuestProgram = {
  name: 'mandelbrot',
  expected: model(),
  setup: `
  li t0, 0x6000
  csrs mstatus, t0`,
  pass: `
${constant('fs0', LEFT)}
${constant('fs1', BOTTOM)}
${constant('fs2', STEP)}
${constant('fs3', ESCAPED)}
  li a0, 0
  li a1, 0
  li a3, ${SIZE}
1:
  fcvt.s.w fa1, a1
  fmul.s fa1, fa1, fs2
  fadd.s fa1, fa1, fs1
  li a2, 0
2:
  fcvt.s.w fa0, a2
  fmul.s fa0, fa0, fs2
  fadd.s fa0, fa0, fs0
  fmv.w.x fa2, zero
  fmv.w.x fa3, zero
  li t1, ${MOST}
3:
  fmul.s fa4, fa2, fa2
  fmul.s fa5, fa3, fa3
  fadd.s ft0, fa4, fa5
  flt.s t0, fs3, ft0
  bnez t0, 4f
  fmul.s ft1, fa2, fa3
  fadd.s ft1, ft1, ft1
  fadd.s fa3, ft1, fa1
  fsub.s ft2, fa4, fa5
  fadd.s fa2, ft2, fa0
  addi a0, a0, 1
  addi t1, t1, -1
  bnez t1, 3b
4:
  addi a2, a2, 1
  bne a2, a3, 2b
  addi a1, a1, 1
  bne a1, a3, 1b`,
};
