/**
 * Pieces that the tests' programs are made of. They use t5 and t6 as they like; s11 belongs to the
 * trap log, and s10 says where to go on after a failed fetch.
 */

/** Powers off. */
export const OFF = `
  li t5, 0x100000
  li t6, 0x5555
  sw t6, 0(t5)
  j .
`;

/** Goes to a lower mode at the next instruction; a register may be named to go to another place. */
export function enter(mode: 'U' | 'S' | 'M', target?: string): string {
  const mpp = { U: 0, S: 1, M: 3 }[mode];
  return `
  li t5, 3 << 11
  csrc mstatus, t5
  li t5, ${mpp} << 11
  csrs mstatus, t5
  ${target === undefined ? 'la t5, 99f' : `mv t5, ${target}`}
  csrw mepc, t5
  mret
99:
`;
}

/** From any mode to M-mode at the next instruction, through the trap log's handler. */
export const TO_MACHINE = `
  li a7, 1
  ecall
`;

/** Installs the handler of `TRAP_LOG`, and opens all memory to S and U by PMP. */
export const START = `
  la t5, trap_handler
  csrw mtvec, t5
  la s11, trap_log
  li t5, -1
  csrw pmpaddr15, t5
  li t5, 0x1f << 56
  csrw pmpcfg2, t5
`;

/**
 * An M-mode handler that logs cause, tval and epc of each trap. It goes on behind an exception's word;
 * after a failed fetch, at s10; after an ecall with a7 = 1, in M-mode, unlogged, at the place in RAM
 * that the address had, whose gigapage may be mapped elsewhere too; after an interrupt, where it
 * came, with all interrupts disabled.
 */
export const TRAP_LOG = `
.balign 4
trap_handler:
  li t5, 1 << 17
  csrc mstatus, t5
  csrr t5, mcause
  bltz t5, 5f
  addi t6, t5, -8
  sltiu t6, t6, 3
  beqz t6, 1f
  li t6, 1
  bne a7, t6, 1f
  li a7, 0
  li t5, 3 << 11
  csrs mstatus, t5
  csrr t5, mepc
  slli t5, t5, 34
  srli t5, t5, 34
  lui t6, 0x80000
  slli t6, t6, 32
  srli t6, t6, 32
  or t5, t5, t6
  addi t5, t5, 4
  csrw mepc, t5
  mret
1:
  sd t5, 0(s11)
  csrr t6, mtval
  sd t6, 8(s11)
  csrr t6, mepc
  sd t6, 16(s11)
  addi s11, s11, 24
  sltiu t6, t5, 2
  bnez t6, 3f
  li t6, 12
  beq t5, t6, 3f
4:
  csrr t5, mepc
  addi t5, t5, 4
  csrw mepc, t5
  mret
3:
  csrw mepc, s10
  mret
5:
  sd t5, 0(s11)
  csrr t6, mtval
  sd t6, 8(s11)
  csrr t6, mepc
  sd t6, 16(s11)
  addi s11, s11, 24
  csrw mie, zero
  mret
.balign 8
trap_log:
  .zero 2400
`;
