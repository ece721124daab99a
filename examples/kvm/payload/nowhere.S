# A guest that jumps to where there is no RAM. KVM has nothing to fetch there and no fault to give back.

.section .text.start
.globl _start
_start:
  li t0, 0x20000000
  jr t0
