/* Control and status registers of S-mode; in VS-mode the same instructions reach the vs* ones. */
#pragma once
#include <stdint.h>

#define csr_read(name)                                  \
  ({                                                    \
    uint64_t value_;                                    \
    asm volatile("csrr %0, " #name : "=r"(value_));     \
    value_;                                             \
  })
#define csr_write(name, value) asm volatile("csrw " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define csr_set(name, bits) asm volatile("csrs " #name ", %0" ::"r"((uint64_t)(bits)) : "memory")
#define csr_clear(name, bits) asm volatile("csrc " #name ", %0" ::"r"((uint64_t)(bits)) : "memory")

#define SSTATUS_SIE (1ul << 1)
#define SIE_STIE (1ul << 5)
#define SATP_SV39 (8ul << 60)
#define CAUSE_TIMER (1ul << 63 | 5)
