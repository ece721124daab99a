/* What the Privileged specification says about a hart, as far as this hypervisor uses it. */
#ifndef HART_H
#define HART_H

#include <stdint.h>

#define CSR_READ(name)                                                    \
  ({                                                                      \
    uint64_t value_;                                                      \
    asm volatile("csrr %0, " #name : "=r"(value_) : : "memory");          \
    value_;                                                               \
  })
#define CSR_WRITE(name, value) asm volatile("csrw " #name ", %0" : : "r"((uint64_t)(value)) : "memory")
#define CSR_SET(name, bits) asm volatile("csrs " #name ", %0" : : "r"((uint64_t)(bits)) : "memory")
#define CSR_CLEAR(name, bits) asm volatile("csrc " #name ", %0" : : "r"((uint64_t)(bits)) : "memory")

/* mstatus (3.1.6); sstatus and vsstatus have the same places. */
#define MSTATUS_MPP (3ul << 11)
#define MSTATUS_MPP_S (1ul << 11)
#define MSTATUS_MPV (1ul << 39)
#define SSTATUS_SIE (1ul << 1)
#define SSTATUS_SPIE (1ul << 5)
#define SSTATUS_SPP (1ul << 8)

/* hstatus (15.2.1) */
#define HSTATUS_SPV (1ul << 7)   /* SRET goes to a virtual mode */
#define HSTATUS_SPVP (1ul << 8)  /* the guest was in VS-mode, not VU, when it trapped */
#define HSTATUS_VTW (1ul << 21)  /* the guest's WFI traps */
#define HSTATUS_VSXL_64 (2ul << 32)

/* menvcfg, henvcfg: stimecmp and vstimecmp are there (Sstc). */
#define ENVCFG_STCE (1ul << 63)
#define COUNTEREN_TIME (1ul << 1)
#define SIE_TIMER (1ul << 5)

/* scause */
#define CAUSE_INTERRUPT (1ul << 63)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 5)
#define CAUSE_FETCH_ACCESS 1
#define CAUSE_ILLEGAL_INSTRUCTION 2
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_ACCESS 7
#define CAUSE_ECALL_VS 10
#define CAUSE_GUEST_FETCH 20
#define CAUSE_GUEST_LOAD 21
#define CAUSE_VIRTUAL_INSTRUCTION 22
#define CAUSE_GUEST_STORE 23

#define INSTRUCTION_WFI 0x10500073u

/* Ticks of the clock: 10 MHz on QEMU's virt board and on Hartwood's. */
#define TICKS_PER_MICROSECOND 10
static inline uint64_t now(void) { return CSR_READ(time); }

#endif
