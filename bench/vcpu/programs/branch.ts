import type { GuestProgram } from '../../programs/program.js';

const NUMBERS = 1000;

function model(): bigint {
  let steps = 0n;
  for (let n = 1; n <= NUMBERS; n++) {
    for (let value = n; value !== 1; steps++) value = value % 2 === 0 ? value / 2 : 3 * value + 1;
  }
  return steps;
}

/** Steps of the Collatz sequences of 1 to 1000: every third instruction is a branch on data. */
export const branch: GuestProgram = {
  name: 'branch',
  expected: model(),
  pass: `
  li a0, 0
  li a1, ${NUMBERS}
  li a2, 1
1:
  mv t0, a1
2:
  beq t0, a2, 5f
  andi t1, t0, 1
  bnez t1, 3f
  srli t0, t0, 1
  addi a0, a0, 1
  j 2b
3:
  slli t1, t0, 1
  add t0, t0, t1
  addi t0, t0, 1
  addi a0, a0, 1
  j 2b
5:
  addi a1, a1, -1
  bnez a1, 1b`,
};
