import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

/** More than caches hold; source and destination follow each other. */
const BYTES = 32 << 20;
const LINE = 64;
const LINES = BigInt(BYTES / LINE);
const STEP = 0x9e37_79b9_7f4a_7c15n;

/** The first word of line i is i × STEP; the last one is its complement. */
const sum = u64(STEP * ((LINES * (LINES - 1n)) / 2n));

const WORDS = LINE / 8;
const registers = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 'a5'].slice(0, WORDS);
const move = (instruction: string, base: string) =>
  registers.map((register, i) => `  ${instruction} ${register}, ${8 * i}(${base})`).join('\n');

/** Copies 32 MiB, a cache line in 20 instructions, 16 of them loads and stores: as fast as memory is. */
export const copy: GuestProgram = {
  name: 'copy',
  expected: u64(-sum - LINES),
  setup: `
  li a1, ${DATA}
  li a2, ${DATA + BigInt(BYTES)}
  li t1, ${STEP}
  li t0, 0
1:
  sd t0, 0(a1)
  not t2, t0
  sd t2, ${LINE - 8}(a1)
  add t0, t0, t1
  addi a1, a1, ${LINE}
  bne a1, a2, 1b`,
  // Behind the copy, some of its lines are looked at: their first and last words are complements.
  pass: `
  li a0, 0
  li a1, ${DATA}
  li a2, ${DATA + BigInt(BYTES)}
  mv a3, a2
1:
${move('ld', 'a1')}
${move('sd', 'a3')}
  add a0, a0, a5
  addi a1, a1, ${LINE}
  addi a3, a3, ${LINE}
  bne a1, a2, 1b
  li a4, ${LINE * 1021}
  mv a1, a2
  add a2, a2, a2
  li t0, ${DATA}
  sub a2, a2, t0
2:
  bgeu a1, a2, 3f
  ld t0, 0(a1)
  ld t1, ${LINE - 8}(a1)
  add t0, t0, t1
  addi t0, t0, 1
  or a0, a0, t0
  add a1, a1, a4
  j 2b
3:`,
};
