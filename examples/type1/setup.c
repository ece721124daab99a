/*
 * M-mode, for as long as it takes to leave it. A type 1 hypervisor stands on the machine alone; on RISC-V
 * it lives in HS-mode, and what little needs M-mode is given away here, once.
 */
#include "hart.h"
#include "type1.h"

/* Traps from both modes and all guests that HS-mode is to have: all but calls from HS-mode itself. */
#define DELEGATED_EXCEPTIONS                                                                     \
  (1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 |              \
   1 << CAUSE_ECALL_VS | 1 << 12 | 1 << 13 | 1 << 15 | 1 << CAUSE_GUEST_FETCH |                  \
   1 << CAUSE_GUEST_LOAD | 1 << CAUSE_VIRTUAL_INSTRUCTION | 1 << CAUSE_GUEST_STORE)
#define DELEGATED_INTERRUPTS (1 << 1 | 1 << 5 | 1 << 9)

void setup(void) {
  CSR_WRITE(mtvec, machine_trap);
  if (!(CSR_READ(misa) & 1 << ('H' - 'A'))) panic("this hart has no hypervisor extension");

  /* S-mode may touch nothing until a PMP entry says so (Privileged 3.7): all memory, read, write, execute. */
  CSR_WRITE(pmpaddr0, ~0ul >> 10);
  CSR_WRITE(pmpcfg0, 0x1f);

  CSR_WRITE(medeleg, DELEGATED_EXCEPTIONS);
  CSR_WRITE(mideleg, DELEGATED_INTERRUPTS);
  /* HS-mode gets its own timer, stimecmp, and may read the clock. */
  CSR_SET(menvcfg, ENVCFG_STCE);
  if (!(CSR_READ(menvcfg) & ENVCFG_STCE)) panic("this hart has no timer for HS-mode (Sstc)");
  CSR_WRITE(mcounteren, COUNTEREN_TIME);

  /* MRET goes to the mode in MPP: S, which is HS as MPV is 0. */
  CSR_CLEAR(mstatus, MSTATUS_MPP | MSTATUS_MPV);
  CSR_SET(mstatus, MSTATUS_MPP_S);
  CSR_WRITE(mepc, main);
  asm volatile("mret");
  __builtin_unreachable();
}
