import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

const BYTES = 4 << 20;
const WORDS = BYTES / 8;
const STEP = 0x9e37_79b9_7f4a_7c15n;

/** The sum of i × STEP over all words. */
const sum = u64(STEP * ((BigInt(WORDS) * BigInt(WORDS - 1)) / 2n));

/** Copies 4 MiB and adds them up: 8 of 15 instructions are loads and stores, in order. */
export const memory: GuestProgram = {
  name: 'memory',
  expected: sum,
  setup: `
  li a1, ${DATA}
  li a2, ${DATA + BigInt(BYTES)}
  li t1, ${STEP}
  li t0, 0
1:
  sd t0, 0(a1)
  add t0, t0, t1
  addi a1, a1, 8
  bne a1, a2, 1b`,
  pass: `
  li a0, 0
  li a1, ${DATA}
  li a2, ${DATA + BigInt(BYTES)}
  li a3, ${DATA + BigInt(2 * BYTES)}
1:
  ld t0, 0(a1)
  ld t1, 8(a1)
  ld t2, 16(a1)
  ld t3, 24(a1)
  sd t0, 0(a3)
  sd t1, 8(a3)
  sd t2, 16(a3)
  sd t3, 24(a3)
  add t0, t0, t1
  add t2, t2, t3
  add t0, t0, t2
  add a0, a0, t0
  addi a1, a1, 32
  addi a3, a3, 32
  bne a1, a2, 1b`,
};
