/* What both guests stand on. They do not know that there is a hypervisor: this is an S-mode kernel's start. */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include "../hart.h"

#define TICKS_PER_MILLISECOND (1000ul * TICKS_PER_MICROSECOND)
#define RAM_BASE 0x80000000ul
#define RAM_SIZE (2ul << 20)
#define NEVER (~0ul)

#define SBI_TIME 0x54494d45
#define SBI_CONSOLE 0x4442434e
#define SBI_RESET 0x53525354

struct sbi_result {
  long error;
  uint64_t value;
};
struct sbi_result sbi(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2);

/* Through the UART, byte by byte; print_number adds a number to the line. */
void print(const char *text);
void print_number(const char *text, long value);
/* Through the SBI console, in one call. */
void print_by_sbi(const char *text);

/* Sleeps until its timer interrupt has come; interrupts must be on. */
void sleep_until(uint64_t time);
void shut_down(bool well) __attribute__((noreturn));

/* Each guest's own: called for each trap, returns where to go on. */
uint64_t on_trap(uint64_t cause, uint64_t pc);
void main(uint64_t argument) __attribute__((noreturn));
/* To be called by on_trap at a timer interrupt. */
void on_timer(void);

#endif
