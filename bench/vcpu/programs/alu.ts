import { type GuestProgram, u64, word } from '../../programs/program.js';

const ITERATIONS = 4096;
const SEED = 0x0123_4567_89ab_cdefn;
const STEP = 0x9e37_79b9_7f4a_7c15n;

function model(): bigint {
  let a = SEED;
  for (let i = 0; i < ITERATIONS; i++) {
    a = u64(a + STEP);
    a ^= u64(a << 13n);
    a ^= a >> 7n;
    a ^= u64(a << 17n);
    const t = word(a + 77n);
    a = u64(a - (t < STEP ? 1n : 0n));
    a = u64(a + ((t | STEP) & a));
  }
  return a;
}

/** Register arithmetic in one straight loop: 15 instructions, no memory, one branch. */
export const alu: GuestProgram = {
  name: 'alu',
  expected: model(),
  pass: `
  li a0, ${SEED}
  li a1, ${STEP}
  li t6, ${ITERATIONS}
1:
  add a0, a0, a1
  slli t0, a0, 13
  xor a0, a0, t0
  srli t0, a0, 7
  xor a0, a0, t0
  slli t0, a0, 17
  xor a0, a0, t0
  addiw t0, a0, 77
  sltu t1, t0, a1
  sub a0, a0, t1
  or t0, t0, a1
  and t0, t0, a0
  add a0, a0, t0
  addi t6, t6, -1
  bnez t6, 1b`,
};
