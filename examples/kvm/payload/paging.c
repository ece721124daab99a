#include "paging.h"

#include "csr.h"

/* Page table entries (Privileged 12.3.1, 12.4.1). A and D are set: nobody needs to do it later. */
#define V 0x01
#define RWXAD 0xce
#define RWAD 0xc6
#define RAM 0x80000000ul

typedef uint64_t table[512] __attribute__((aligned(4096)));

static table root, devices, ram_megapages, ram_pages;

static uint64_t entry(uint64_t address, uint64_t bits) {
  return address >> 12 << 10 | bits | V;
}

void paging_on(void) {
  /* Pages of 4 KiB, so that a cold access reads all three levels here, and those of the other stage for each. */
  for (uint64_t i = 0; i < 512; i++) ram_pages[i] = entry(RAM + (i << 12), RWXAD);
  ram_megapages[0] = entry((uint64_t)ram_pages, 0);
  /* The power switch and the UART, each in a page of 2 MiB. */
  devices[0] = entry(0, RWAD);
  devices[0x10000000 >> 21] = entry(0x10000000, RWAD);
  root[0] = entry((uint64_t)devices, 0);
  root[ALIAS >> 30] = entry((uint64_t)ram_megapages, 0);
  root[RAM >> 30] = entry((uint64_t)ram_megapages, 0);
  asm volatile("sfence.vma" ::: "memory");
  csr_write(satp, SATP_SV39 | (uint64_t)root >> 12);
  asm volatile("sfence.vma" ::: "memory");
}
