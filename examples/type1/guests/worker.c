/*
 * The guest that behaves. It turns on paging of its own, so that each of its accesses is translated twice, and
 * counts primes, with a rest until its timer rings after each round.
 */
#include "guest.h"

#define ROUNDS 10
#define PER_ROUND 20000ul
#define PRIMES_IN_ALL 17984 /* below ROUNDS * PER_ROUND */
#define ROUND_TIME (15 * TICKS_PER_MILLISECOND)

#define PTE_TABLE 0x01ul
#define PTE_READ_WRITE 0xc7ul /* D A W R V */
#define PTE_ALL 0xcful        /* D A X W R V */
#define SATP_SV39 (8ul << 60)
#define PAGE_SIZE 4096ul

/* Numbers stand in the upper half of RAM by this address, and by no other that the program uses. */
#define NUMBERS ((uint8_t *)0x4000000000ul - (1ul << 30))
#define NUMBERS_AT (RAM_BASE + RAM_SIZE / 2)
/* At the same address the rogue writes into its own RAM. */
#define GUARD ((volatile uint64_t *)(RAM_BASE + RAM_SIZE) - 1)
#define GUARD_VALUE 0x776f726b6572ul

extern const uint8_t _start[], text_end[];
static uint64_t root[512] __attribute__((aligned(4096)));
static uint64_t middle[512] __attribute__((aligned(4096)));
static uint64_t leaf[512] __attribute__((aligned(4096)));

static uint64_t entry(uint64_t target, uint64_t bits) { return target / PAGE_SIZE << 10 | bits; }

static void turn_on_paging(void) {
  root[0] = entry(0, PTE_READ_WRITE); /* the UART */
  root[RAM_BASE >> 30] = entry(RAM_BASE, PTE_ALL);
  root[(uint64_t)NUMBERS >> 30 & 511] = entry((uint64_t)middle, PTE_TABLE);
  middle[0] = entry((uint64_t)leaf, PTE_TABLE);
  for (uint64_t page = 0; page < ROUNDS * PER_ROUND / PAGE_SIZE + 1; page++) {
    leaf[page] = entry(NUMBERS_AT + page * PAGE_SIZE, PTE_READ_WRITE);
  }
  CSR_WRITE(satp, SATP_SV39 | (uint64_t)root / PAGE_SIZE);
  asm volatile("sfence.vma" : : : "memory");
}

/* The sieve of Eratosthenes. */
static long primes_below(uint64_t end) {
  long count = 0;
  for (uint64_t i = 0; i < end; i++) NUMBERS[i] = 1;
  for (uint64_t i = 2; i < end; i++) {
    if (!NUMBERS[i]) continue;
    count++;
    for (uint64_t j = i * i; j < end; j += i) NUMBERS[j] = 0;
  }
  return count;
}

static uint64_t sum_of_code(void) {
  uint64_t sum = 0;
  for (const uint8_t *at = _start; at < text_end; at++) sum = sum * 31 + *at;
  return sum;
}

uint64_t on_trap(uint64_t cause, uint64_t pc) {
  if (cause != CAUSE_TIMER) {
    print_number("a trap that should not be, cause ", (long)cause);
    shut_down(false);
  }
  on_timer();
  return pc;
}

void main(uint64_t argument) {
  (void)argument;
  turn_on_paging();
  *GUARD = GUARD_VALUE;
  uint64_t code = sum_of_code();
  CSR_SET(sie, SIE_TIMER);
  CSR_SET(sstatus, SSTATUS_SIE);

  long found = 0;
  for (unsigned round = 1; round <= ROUNDS; round++) {
    uint64_t began = now();
    found = primes_below(round * PER_ROUND);
    print_number("primes below ", (long)(round * PER_ROUND));
    print_number(": ", found);
    print("\n");
    sleep_until(began + ROUND_TIME);
  }

  bool well = found == PRIMES_IN_ALL && *GUARD == GUARD_VALUE && sum_of_code() == code;
  print_by_sbi(well ? "my count is right, my memory is as I left it\n" : "somebody has been in my memory\n");
  shut_down(well);
}
