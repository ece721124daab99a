/* Calls of SBI: those that this payload makes (SBI 2.0, chapters 4, 6, 10 and 12). */
#pragma once
#include <stdint.h>

struct sbi_result {
  long error;
  long value;
};

static inline struct sbi_result sbi_call(long extension, long function, long arg0, long arg1, long arg2) {
  register long a0 asm("a0") = arg0;
  register long a1 asm("a1") = arg1;
  register long a2 asm("a2") = arg2;
  register long a6 asm("a6") = function;
  register long a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return (struct sbi_result){a0, a1};
}

#define SBI_BASE 0x10
#define SBI_PROBE 3
#define SBI_TIME 0x54494d45
#define SBI_DBCN 0x4442434e
#define SBI_SRST 0x53525354

static inline int sbi_has(long extension) {
  return sbi_call(SBI_BASE, SBI_PROBE, extension, 0, 0).value != 0;
}

static inline void sbi_set_timer(uint64_t when) {
  sbi_call(SBI_TIME, 0, when, 0, 0);
}

/* The memory must be mapped where it physically is: SBI takes physical addresses. */
static inline long sbi_write(const char *bytes, uint64_t count) {
  return sbi_call(SBI_DBCN, 0, count, (long)bytes, 0).error;
}

static inline void sbi_shut_down(void) {
  sbi_call(SBI_SRST, 0, 0, 0, 0);
}
