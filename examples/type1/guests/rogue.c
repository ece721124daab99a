/*
 * The guest that misbehaves. It tries what would hurt the machine, the hypervisor or its neighbour, says what came
 * of each attempt, and at last does what it can only be killed for.
 */
#include "guest.h"

#define PAUSE (5 * TICKS_PER_MILLISECOND)
#define FINISHER 0x100000ul
#define CLINT 0x2000000ul
#define UART 0x10000000ul
#define NOWHERE 0x40000000ul

static volatile uint64_t resume;
static volatile long caught;

/* A trap is caught, and the program goes on behind the attempt; after a jump into nothing there is no other way. */
uint64_t on_trap(uint64_t cause, uint64_t pc) {
  if (cause == CAUSE_TIMER) {
    on_timer();
    return pc;
  }
  caught = (long)cause;
  return resume;
}

static void begin(const char *what) {
  sleep_until(now() + PAUSE);
  print(what);
  caught = 0;
}

static void say_what_came(void) {
  if (caught == 0) print(": nothing happened\n");
  else {
    print_number(": trap ", caught);
    print("\n");
  }
}

#define ATTEMPT(what, instruction, address)                                                         \
  do {                                                                                              \
    begin(what);                                                                                    \
    asm volatile(".option push\n .option arch, +h\n la t0, 1f\n sd t0, %0\n" instruction "\n1: .option pop" \
                 : "=m"(resume)                                                                     \
                 : "r"((uint64_t)(address))                                                         \
                 : "t0", "t1", "memory");                                                           \
    say_what_came();                                                                                \
  } while (0)

static void say_result(struct sbi_result result) {
  print_number(": SBI error ", result.error);
  print("\n");
}

static void last_deed(uint64_t neighbour) __attribute__((noreturn));

static void last_deed(uint64_t neighbour) {
#ifdef ROGUE_ENDS_WITH_faults
  /* Not even the trap vector can be fetched through these: each fault leads to the next. */
  begin("take the neighbour's memory for my page tables\n");
  CSR_WRITE(satp, 8ul << 60 | neighbour / 4096);
  asm volatile("sfence.vma" : : : "memory");
#elif defined ROGUE_ENDS_WITH_unmapped
  /* When the store traps, the hypervisor cannot read it any more, and afterwards nothing can be fetched. */
  static uint64_t root[512] __attribute__((aligned(4096)));
  (void)neighbour;
  begin("take away my own code under a store to the UART\n");
  root[UART >> 30] = UART >> 30 << 28 | 0xc7;
  root[RAM_BASE >> 30] = RAM_BASE >> 30 << 28 | 0xcf;
  CSR_WRITE(satp, 8ul << 60 | (uint64_t)root / 4096);
  asm volatile("sfence.vma" : : : "memory");
  /* No fence behind it: the hart may go on fetching by what it remembers, and either is right. */
  CSR_CLEAR(sstatus, SSTATUS_SIE);
  asm volatile("sd zero, 0(%0)\n sb zero, 0(%1)" : : "r"(&root[RAM_BASE >> 30]), "r"(UART) : "memory");
#else
  (void)neighbour;
  begin("turn interrupts off and never come back\n");
  CSR_CLEAR(sstatus, SSTATUS_SIE);
#endif
  for (;;) {
  }
}

void main(uint64_t neighbour) {
  CSR_SET(sie, SIE_TIMER);
  CSR_SET(sstatus, SSTATUS_SIE);

  /* Its own, though the worker has something at the same address. */
  ATTEMPT("write my own last word", "sd zero, 0(%1)", RAM_BASE + RAM_SIZE - 8);
  ATTEMPT("read behind my RAM", "lb t1, 0(%1)", RAM_BASE + RAM_SIZE);
  ATTEMPT("read the neighbour", "ld t1, 0(%1)", neighbour);
  ATTEMPT("write the neighbour", "sd zero, 0(%1)", neighbour);
  ATTEMPT("jump to nowhere", "jr %1", NOWHERE);
  ATTEMPT("write the power switch", "sw %1, 0(%1)", FINISHER);
  ATTEMPT("stop the clock", "sd zero, 0(%1)", CLINT);
  ATTEMPT("read four bytes of the UART", "lw t1, 0(%1)", UART);
  ATTEMPT("read hgatp", "csrr t1, hgatp", 0);
  ATTEMPT("write hgatp", "csrw hgatp, zero", 0);
  ATTEMPT("fence all guests", "hfence.gvma", 0);
  ATTEMPT("read as a hypervisor", "hlv.d t1, (%1)", RAM_BASE);
  ATTEMPT("read mstatus", "csrr t1, mstatus", 0);
  begin("ask for an SBI call that is none");
  say_result(sbi(0xbad, 0, 0, 0, 0));
  begin("have the neighbour's memory printed");
  say_result(sbi(SBI_CONSOLE, 0, 64, neighbour, 0));
  begin("have more printed than there is");
  say_result(sbi(SBI_CONSOLE, 0, ~0ul, RAM_BASE, 0));
  last_deed(neighbour);
}
