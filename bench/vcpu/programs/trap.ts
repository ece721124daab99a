import type { GuestProgram } from '../../programs/program.js';

const CALLS = 2000;

/** Calls from U-mode to a handler in M-mode and back: two changes of privilege in 8 instructions. */
export const trap: GuestProgram = {
  name: 'trap',
  expected: 3n * BigInt(CALLS),
  // U-mode may touch nothing that no PMP entry names (Privileged, "Physical Memory Protection").
  setup: `
  la t0, trap_handler
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 0x1800
  csrc mstatus, t0
  la t0, trap_user
  csrw mepc, t0
  mret
trap_user:`,
  pass: `
  li a0, 0
  li t2, ${CALLS}
1:
  ecall
  addi t2, t2, -1
  bnez t2, 1b`,
  routines: `
.balign 4
trap_handler:
  csrr t1, mepc
  addi t1, t1, 4
  csrw mepc, t1
  addi a0, a0, 3
  mret`,
};
