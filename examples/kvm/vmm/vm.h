/* A virtual machine of KVM's with one vCPU, and its memory. */
#pragma once
#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a payload finds RAM, as on QEMU's board "virt". It begins at its first byte. */
#define RAM_BASE 0x80000000ul

struct vm {
  int kvm;  /* /dev/kvm: what the kernel offers */
  int fd;   /* the machine: its guest-physical memory */
  int vcpu; /* its only hart */
  /* What KVM and this program tell each other at each exit; shared with the kernel. */
  struct kvm_run *run;
  uint8_t *ram;
  size_t ram_size;
};

/* Makes the machine with `ram_size` bytes of RAM, all zero. Ends the program where KVM refuses. */
void vm_create(struct vm *vm, size_t ram_size);

/* Reads the file to the start of RAM. Ends the program if it cannot be read or does not fit. */
void vm_load(struct vm *vm, const char *path);

/* Sets the registers as SBI firmware leaves them to a supervisor: pc at RAM's start, a0 the hart's number,
 * here with the frequency of the hart's clock in a1, in the place of a device tree. */
void vm_reset(struct vm *vm);

/* The bytes of RAM at guest-physical `address`; NULL unless all of them are RAM. */
uint8_t *vm_memory(struct vm *vm, uint64_t address, uint64_t size);

/* Writes the vCPU's registers to stderr. */
void vm_print_registers(struct vm *vm);
