# A guest that traps for ever: its trap handler stands on an instruction that cannot be fetched. Its faults
# are its own (KVM delegates them), so that it never leaves its mode by itself.

.section .text.start
.globl _start
_start:
  # An empty table of Sv39: from the next instruction on nothing is mapped, the handler neither.
  la t0, table
  csrw stvec, t0
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrw satp, t0
  sfence.vma

.balign 4096
table:
  .zero 4096
