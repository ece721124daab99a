# A guest that switches itself off and says a status: 7.

.section .text.start
.globl _start
_start:
  li t0, 0x100000
  li t1, 7 << 16 | 0x3333
  sw t1, 0(t0)
  j .
