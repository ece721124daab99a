import { DATA, type GuestProgram } from '../../programs/program.js';

/** Nodes of 64 bytes: 32 MiB, more than a TLB or a cache holds. */
const NODES = 1 << 19;
/**
 * The node after node i is MULTIPLIER × i + 1 modulo NODES: one cycle through all of them, since NODES is
 * a power of two and MULTIPLIER is 1 modulo 4 (Hull and Dobell), in an order that looks random.
 */
const MULTIPLIER = 0x5d_eec5;

/** Follows a list through 32 MiB: each load's address is the result of the load before it. */
export const chase: GuestProgram = {
  name: 'chase',
  expected: (BigInt(NODES) * BigInt(NODES - 1)) / 2n,
  setup: `
  li a1, ${DATA}
  li a2, ${MULTIPLIER}
  li a3, ${NODES - 1}
  li t0, 0
  mv t3, a1
1:
  mul t1, t0, a2
  addi t1, t1, 1
  and t1, t1, a3
  slli t2, t1, 6
  add t2, t2, a1
  sd t2, 0(t3)
  sd t0, 8(t3)
  addi t3, t3, 64
  addi t0, t0, 1
  bleu t0, a3, 1b`,
  pass: `
  li a0, 0
  li a1, ${DATA}
  li t1, ${NODES}
1:
  ld t0, 8(a1)
  add a0, a0, t0
  ld a1, 0(a1)
  addi t1, t1, -1
  bnez t1, 1b
  li t0, ${DATA}
  sub t0, a1, t0
  add a0, a0, t0`,
};
