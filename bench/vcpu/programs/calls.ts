import { DATA, type GuestProgram, u64 } from '../../programs/program.js';

const DEPTH = 12;
const CHAINS = 200;

function chain(a: bigint, level: number): bigint {
  const before = u64(3n * a + BigInt(level));
  const inner = level + 1 < DEPTH ? chain(before, level + 1) : before;
  return inner ^ BigInt(level);
}

function model(): bigint {
  let a = 1n;
  for (let i = 0; i < CHAINS; i++) a = chain(a, 0);
  return a;
}

/** Each function stands in a page of its own. */
function routine(level: number): string {
  return `
.balign 4096
call_${level}:
  addi sp, sp, -16
  sd ra, 8(sp)
  slli t0, a0, 1
  add a0, a0, t0
  addi a0, a0, ${level}
${level + 1 < DEPTH ? `  call call_${level + 1}` : ''}
  xori a0, a0, ${level}
  ld ra, 8(sp)
  addi sp, sp, 16
  ret`;
}

/** Chains of twelve nested calls, each into another page, with a return address saved on the stack. */
export const calls: GuestProgram = {
  name: 'calls',
  expected: model(),
  setup: `  li sp, ${DATA + 0x1_0000n}`,
  pass: `
  li a0, 1
  li s1, ${CHAINS}
1:
  call call_0
  addi s1, s1, -1
  bnez s1, 1b`,
  routines: Array.from({ length: DEPTH }, (_, level) => routine(level)).join('\n'),
};
