# A guest that stores to where neither RAM nor a device is.

.section .text.start
.globl _start
_start:
  li t0, 0x30000000
  li t1, 0x2a
  sw t1, 4(t0)
  j .
