# What the payload begins with: a0 is the hart's number, a1 the frequency of its clock.

.section .text.start
.globl _start
_start:
  la sp, _stack_top
  la t0, _bss
  la t1, _bss_end
clear:
  bgeu t0, t1, cleared
  sd zero, 0(t0)
  addi t0, t0, 8
  j clear
cleared:
  call main
  # main ends the machine.
  j .
