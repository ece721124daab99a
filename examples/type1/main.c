/* HS-mode from its first line to the last: two guests are made, run, and counted up. */
#include "hart.h"
#include "type1.h"

/* The guests' programs, from images.S. */
extern const uint8_t worker_image[], worker_image_end[], rogue_image[], rogue_image_end[];

enum { WORKER, ROGUE, GUESTS };

static struct vm guests[GUESTS];

/* The traps that a guest handles by itself, without an exit: what its own programs and page tables do. */
#define GUEST_EXCEPTIONS \
  (1 << 0 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15)
/* Its software, timer and external interrupt. */
#define GUEST_INTERRUPTS (1 << 2 | 1 << 6 | 1 << 10)

static void summary(void) {
  print("[type1] guest   ended    slices  time/us  timer   sbi  device  wait  fault  instruction\n");
  for (struct vm *vm = guests; vm < guests + GUESTS; vm++) {
    const uint64_t *exits = vm->exits;
    print("[type1] %-7s %-8s %6u  %7u  %5u %5u  %6u %5u  %5u  %11u\n", vm->name,
          vm->state == VM_KILLED ? "killed" : "finished", vm->slices,
          vm->run_ticks / TICKS_PER_MICROSECOND, exits[EXIT_TIMER], exits[EXIT_SBI], exits[EXIT_DEVICE],
          exits[EXIT_WAIT], exits[EXIT_FAULT], exits[EXIT_INSTRUCTION]);
  }
}

void main(void) {
  CSR_WRITE(stvec, supervisor_trap);
  CSR_WRITE(hedeleg, GUEST_EXCEPTIONS);
  CSR_WRITE(hideleg, GUEST_INTERRUPTS);
  CSR_WRITE(hcounteren, COUNTEREN_TIME);
  CSR_WRITE(henvcfg, ENVCFG_STCE);
  CSR_WRITE(hvip, 0);

  vm_create(&guests[WORKER], "worker", 1, worker_image, worker_image_end - worker_image);
  vm_create(&guests[ROGUE], "rogue", 2, rogue_image, rogue_image_end - rogue_image);
  /* The rogue is told where in the machine the worker's RAM is. It must not help it. */
  guests[ROGUE].vcpu.x[10] = (uint64_t)guests[WORKER].ram;
  /* No TLB may know anything from before these tables were written (Privileged 15.3.2). */
  asm volatile(".option push\n .option arch, +h\n hfence.gvma\n .option pop" : : : "memory");

  uint64_t began = now();
  schedule(guests, GUESTS);
  summary();
  print("[type1] all guests are over after %u us\n", (now() - began) / TICKS_PER_MICROSECOND);
  power_off(true);
}

/* Ends the machine: a trap of the hypervisor's own is its mistake, and nothing after it can be trusted. */
void unexpected_trap(uint64_t cause, uint64_t pc, uint64_t value) {
  print("[type1] trap with cause 0x%x at 0x%x, value 0x%x\n", cause, pc, value);
  panic("the hypervisor itself has trapped");
}
