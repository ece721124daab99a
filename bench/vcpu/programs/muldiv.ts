import { type GuestProgram, i64, u64, word } from '../../programs/program.js';

const ITERATIONS = 2048;
const SEED = 0x0123_4567_89ab_cdefn;
const FACTOR = 0xd134_2543_de82_ef95n;

function model(): bigint {
  let a = SEED;
  for (let i = 0; i < ITERATIONS; i++) {
    a = u64(a * FACTOR);
    a = u64(a + ((a * FACTOR) >> 64n));
    const divisor = a | 1n;
    const low = u64(a >> 17n) | 1n;
    a = u64(a + FACTOR / low);
    a ^= u64(i64(FACTOR) % i64(divisor));
    a = u64(a + word(a * FACTOR));
    // A quotient of 32-bit words; the divisor is odd, and a dividend of -2^31 by -1 wraps.
    a = u64(a + word(BigInt.asIntN(32, a) / BigInt.asIntN(32, low)));
  }
  return a;
}

/** Multiplications and divisions of both widths, signed and unsigned: 6 of 16 instructions. */
export const muldiv: GuestProgram = {
  name: 'muldiv',
  expected: model(),
  pass: `
  li a0, ${SEED}
  li a1, ${FACTOR}
  li t6, ${ITERATIONS}
1:
  mul a0, a0, a1
  mulhu t0, a0, a1
  add a0, a0, t0
  ori t1, a0, 1
  srli t2, a0, 17
  ori t2, t2, 1
  divu t0, a1, t2
  add a0, a0, t0
  rem t0, a1, t1
  xor a0, a0, t0
  mulw t0, a0, a1
  add a0, a0, t0
  divw t0, a0, t2
  add a0, a0, t0
  addi t6, t6, -1
  bnez t6, 1b`,
};
