import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

const ITERATIONS = 2048;

function model(): bigint {
  let counter = 0n;
  let mixed = 0n;
  for (let i = 0n; i < ITERATIONS; i++) {
    const old = counter;
    counter += 3n;
    mixed ^= old;
    counter += 1n;
    if (counter > mixed) mixed = counter;
  }
  return u64(counter + mixed);
}

/** Read-modify-write instructions and a load-reserved, store-conditional pair: 5 of 9 instructions. */
export const atomic: GuestProgram = {
  name: 'atomic',
  expected: model(),
  setup: `
  li a1, ${DATA}
  addi a2, a1, 8
  li a3, 3`,
  pass: `
  sd zero, 0(a1)
  sd zero, 0(a2)
  li t6, ${ITERATIONS}
1:
  amoadd.d t0, a3, (a1)
  amoxor.d zero, t0, (a2)
2:
  lr.d t1, (a1)
  addi t1, t1, 1
  sc.d t2, t1, (a1)
  bnez t2, 2b
  amomaxu.d zero, t1, (a2)
  addi t6, t6, -1
  bnez t6, 1b
  ld t0, 0(a1)
  ld t1, 0(a2)
  add a0, t0, t1`,
};
