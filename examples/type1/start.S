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

  .bss
  .align 4
  .space 16384
stack_top:
