import type { GuestProgram } from '../../programs/program.js';

const CALLS = 1000;
/** The registers that a handler saves; a call may change the others. */
const SAVED = ['ra', 't0', 't1', 't2', 'a1', 'a2', 's1', 's2'];
const each = (instruction: string) =>
  SAVED.map((register, i) => `  ${instruction} ${register}, ${8 * i}(sp)`).join('\n');

/** The calls add, exclusive-or, and count. */
function model(): bigint {
  let a = 0n;
  for (let i = BigInt(CALLS); i > 0n; i--) {
    const call = i & 3n;
    if (call === 0n) a += i;
    else if (call === 1n) a ^= i;
    else if (call === 2n) a += 1n;
  }
  return a;
}

/**
 * System calls as kernels have them: from U-mode to S-mode, with a stack of its own, registers saved, a table of
 * calls, and back: 43 instructions, 10 of them of the privileged kind.
 */
export const syscall: GuestProgram = {
  name: 'syscall',
  expected: model(),
  setup: `
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 1 << 8
  csrw medeleg, t0
  la t0, syscall_entry
  csrw stvec, t0
  la t0, syscall_stack
  csrw sscratch, t0
  li t0, 0x1800
  csrc mstatus, t0
  la t0, syscall_user
  csrw mepc, t0
  mret
syscall_user:`,
  pass: `
  li a0, 0
  li a1, ${CALLS}
1:
  andi a7, a1, 3
  ecall
  addi a1, a1, -1
  bnez a1, 1b`,
  routines: `
.balign 4
syscall_entry:
  csrrw sp, sscratch, sp
  addi sp, sp, -${8 * SAVED.length}
${each('sd')}
  csrr s1, scause
  li t0, 8
  bne s1, t0, syscall_return
  csrr s2, sepc
  addi s2, s2, 4
  csrw sepc, s2
  la t0, syscall_table
  slli t1, a7, 3
  add t0, t0, t1
  ld t0, 0(t0)
  jalr t0
syscall_return:
${each('ld')}
  addi sp, sp, ${8 * SAVED.length}
  csrrw sp, sscratch, sp
  sret
syscall_add:
  add a0, a0, a1
  ret
syscall_xor:
  xor a0, a0, a1
  ret
syscall_count:
  addi a0, a0, 1
  ret
syscall_nothing:
  ret
.balign 8
syscall_table:
  .dword syscall_add, syscall_xor, syscall_count, syscall_nothing
  .zero 256
syscall_stack:`,
};
