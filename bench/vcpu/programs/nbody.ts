import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

const BODIES = 5;
const STEPS = 64;
const TIME_STEP = 0.01;
/** Position, velocity, mass, and a word that nothing uses: what a compiler makes of such a structure. */
const BODY_BYTES = 64;
const BODY_WORDS = BODY_BYTES / 8;

/** Bodies on no orbit that is known: far enough from each other for nothing to come near infinity. */
const start = Array.from({ length: BODIES }, (_, i) => [
  ...[4.5 * i + 1, (i * i) / 3 - 2, 0.75 * i],
  ...[0.3 / (i + 1), 0.2 * i - 0.5, 0.1],
  ...[10 / (i + 1), 0],
]).flat();

/** The sum of the bit patterns of all bodies' words after STEPS steps. */
function model(): bigint {
  const bodies = Array.from({ length: BODIES }, (_, i) =>
    Float64Array.from(start.slice(i * BODY_WORDS, (i + 1) * BODY_WORDS)),
  );
  const at = (body: Float64Array, word: number) => body[word] ?? 0;
  const add = (body: Float64Array, word: number, value: number) => {
    body[word] = at(body, word) + value;
  };
  for (let step = 0; step < STEPS; step++) {
    for (const [i, one] of bodies.entries()) {
      for (const other of bodies.slice(i + 1)) {
        const apart = [0, 1, 2].map((axis) => at(one, axis) - at(other, axis));
        const [x = 0, y = 0, z = 0] = apart;
        const square = x * x + y * y + z * z;
        const magnitude = TIME_STEP / (square * Math.sqrt(square));
        const pull = at(other, 6) * magnitude;
        const push = at(one, 6) * magnitude;
        for (const [axis, distance] of apart.entries()) {
          add(one, 3 + axis, -(distance * pull));
          add(other, 3 + axis, distance * push);
        }
      }
    }
    for (const body of bodies) {
      for (const axis of [0, 1, 2]) add(body, axis, TIME_STEP * at(body, 3 + axis));
    }
  }
  let sum = 0n;
  for (const body of bodies) {
    for (const bits of new BigUint64Array(body.buffer)) sum += bits;
  }
  return u64(sum);
}

const AXES = [0, 1, 2];
const perAxis = (line: (axis: number) => string) => AXES.map(line).join('\n');
const bits = new BigUint64Array(Float64Array.from([...start, TIME_STEP]).buffer);

/**
 * Five bodies that attract each other, 64 steps of doubles: multiplications and additions with a square root and a
 * division for each pair, and structures in memory. Nothing is fused.
 */
export const nbody: GuestProgram = {
  name: 'nbody',
  expected: model(),
  setup: `
  li t0, 0x6000
  csrs mstatus, t0`,
  pass: `
  la t0, nbody_start
  li t1, ${DATA}
  addi t2, t0, ${BODIES * BODY_BYTES}
1:
  ld t3, 0(t0)
  sd t3, 0(t1)
  addi t0, t0, 8
  addi t1, t1, 8
  bne t0, t2, 1b
  la t0, nbody_time_step
  fld fs0, 0(t0)
  li a7, ${DATA + BigInt(BODIES * BODY_BYTES)}
  li a6, ${STEPS}
2:
  li a1, ${DATA}
3:
  addi a2, a1, ${BODY_BYTES}
  bgeu a2, a7, 5f
4:
${perAxis((axis) => `  fld fa${axis}, ${8 * axis}(a1)\n  fld ft${axis}, ${8 * axis}(a2)\n  fsub.d fa${axis}, fa${axis}, ft${axis}`)}
  fmul.d fa3, fa0, fa0
  fmul.d fa4, fa1, fa1
  fmul.d fa5, fa2, fa2
  fadd.d fa3, fa3, fa4
  fadd.d fa3, fa3, fa5
  fsqrt.d fa4, fa3
  fmul.d fa4, fa3, fa4
  fdiv.d fa4, fs0, fa4
  fld fa5, 48(a2)
  fld fa6, 48(a1)
  fmul.d fa5, fa5, fa4
  fmul.d fa6, fa6, fa4
${perAxis((axis) => `  fld ft0, ${24 + 8 * axis}(a1)\n  fmul.d ft1, fa${axis}, fa5\n  fsub.d ft0, ft0, ft1\n  fsd ft0, ${24 + 8 * axis}(a1)`)}
${perAxis((axis) => `  fld ft0, ${24 + 8 * axis}(a2)\n  fmul.d ft1, fa${axis}, fa6\n  fadd.d ft0, ft0, ft1\n  fsd ft0, ${24 + 8 * axis}(a2)`)}
  addi a2, a2, ${BODY_BYTES}
  bltu a2, a7, 4b
5:
  addi a1, a1, ${BODY_BYTES}
  bltu a1, a7, 3b
  li a1, ${DATA}
6:
${perAxis((axis) => `  fld ft0, ${8 * axis}(a1)\n  fld ft1, ${24 + 8 * axis}(a1)\n  fmul.d ft1, fs0, ft1\n  fadd.d ft0, ft0, ft1\n  fsd ft0, ${8 * axis}(a1)`)}
  addi a1, a1, ${BODY_BYTES}
  bltu a1, a7, 6b
  addi a6, a6, -1
  bnez a6, 2b
  li a0, 0
  li a1, ${DATA}
7:
  ld t0, 0(a1)
  add a0, a0, t0
  addi a1, a1, 8
  bltu a1, a7, 7b`,
  routines: `
.balign 8
nbody_start:
${[...bits].map((word, i) => `${i === start.length ? 'nbody_time_step:\n' : ''}  .dword ${word}`).join('\n')}`,
};
