/* A well-behaved guest: says hello in two ways, maps its own memory, waits for a timer, shuts down. It
 * knows nothing of KVM, and runs in the same way as the kernel of a machine of its own. */
#include "csr.h"
#include "paging.h"
#include "print.h"
#include "sbi.h"

#define PAGE 4096ul
/* Behind the payload and its stack, within what is mapped. */
#define FIRST 0x100000ul
#define PAGES 128

static volatile uint64_t interrupted_at;

__attribute__((interrupt("supervisor"), aligned(4))) static void on_trap(void) {
  if (csr_read(scause) != CAUSE_TIMER) fail("trapped at", csr_read(sepc));
  interrupted_at = csr_read(time);
  csr_clear(sie, SIE_STIE);
}

static void report(const char *what, uint64_t ticks, uint64_t frequency) {
  print(what);
  print_number(ticks * 1000000 / frequency);
  print(" us\n");
}

/* Writes pages by one address and reads them by the other. */
static void touch_memory(void) {
  for (uint64_t i = 0; i < PAGES; i++) {
    *(volatile uint64_t *)(ALIAS + FIRST + i * PAGE) = i * i + 1;
  }
  uint64_t sum = 0;
  for (uint64_t i = 0; i < PAGES; i++) {
    sum += *(volatile uint64_t *)(0x80000000 + FIRST + i * PAGE);
  }
  print("memory: the sum over 128 pages is ");
  print_number(sum);
  print("\n");
}

/* Sleeps for a hundredth of a second, and tells for how long it did. */
static void wait_for_timer(uint64_t frequency) {
  uint64_t began = csr_read(time);
  sbi_set_timer(began + frequency / 100);
  csr_set(sie, SIE_STIE);
  /* Interrupts are off: one that comes before the WFI ends it as well, and none is taken unseen. */
  while ((csr_read(sip) & SIE_STIE) == 0) asm volatile("wfi");
  csr_set(sstatus, SSTATUS_SIE);
  while (interrupted_at == 0) {}
  csr_clear(sstatus, SSTATUS_SIE);
  report("timer: asked for 10000 us, came after ", interrupted_at - began, frequency);
}

void main(uint64_t hart, uint64_t frequency) {
  uint64_t began = csr_read(time);
  csr_write(stvec, on_trap);
  print("hello by SBI from hart ");
  print_number(hart);
  print("\n");
  uart_print("hello by MMIO\n");
  paging_on();
  print("paging: Sv39 is on\n");
  touch_memory();
  wait_for_timer(frequency);
  report("ran for ", csr_read(time) - began, frequency);
  sbi_shut_down();
  fail("SBI did not shut the machine down", 0);
}
