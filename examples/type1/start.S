# The machine's first instruction: M-mode, no stack, nothing set. One hart goes on, the others sleep.
  .section .text.start
  .globl _start
_start:
  csrr t0, mhartid
  bnez t0, park
  la sp, stack_top
  tail setup

park:
  wfi
  j park

# Traps of the hypervisor itself, on a stack that cannot be at fault. The registers are lost; nobody goes back.
  .globl machine_trap, supervisor_trap
  .balign 4
machine_trap:
  la sp, trap_stack_top
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  tail unexpected_trap

  .balign 4
supervisor_trap:
  la sp, trap_stack_top
  csrr a0, scause
  csrr a1, sepc
  csrr a2, stval
  tail unexpected_trap

  .bss
  .align 4
  .space 16384
stack_top:
  .space 4096
trap_stack_top:
