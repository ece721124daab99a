#include "exits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REASONS 64

static const char *const NAMES[REASONS] = {
    [KVM_EXIT_INTR] = "signal",
    [KVM_EXIT_MMIO] = "MMIO",
    [KVM_EXIT_DEBUG] = "breakpoint",
    [KVM_EXIT_FAIL_ENTRY] = "failed entry",
    [KVM_EXIT_INTERNAL_ERROR] = "internal error",
    [KVM_EXIT_RISCV_CSR] = "CSR",
    [KVM_EXIT_RISCV_SBI] = "SBI",
    [KVM_EXIT_SYSTEM_EVENT] = "system event",
};

static uint64_t counts[REASONS];

const char *exit_name(uint32_t reason) {
  return reason < REASONS && NAMES[reason] != NULL ? NAMES[reason] : "unknown";
}

void exits_count(uint32_t reason) {
  counts[reason < REASONS ? reason : KVM_EXIT_UNKNOWN]++;
}

/* One counter of KVM's, whose description stands at `at`; silent if it is none or has counted nothing. */
static void print_counter(int stats, const struct kvm_stats_header *header, off_t at,
                          struct kvm_stats_desc *desc) {
  if (pread(stats, desc, sizeof *desc + header->name_size, at) <= (ssize_t)sizeof *desc) return;
  desc->name[header->name_size - 1] = 0;
  if ((desc->flags & KVM_STATS_TYPE_MASK) != KVM_STATS_TYPE_CUMULATIVE || desc->size != 1) return;
  if ((desc->flags & KVM_STATS_UNIT_MASK) != KVM_STATS_UNIT_NONE) return;
  uint64_t value;
  off_t place = header->data_offset + desc->offset;
  if (pread(stats, &value, sizeof value, place) != sizeof value || value == 0) return;
  fprintf(stderr, "  %-28s %8" PRIu64 "\n", desc->name, value);
}

/* KVM's own counters come in a file that describes itself; kernels before 5.14 have none. */
static void print_kvm_counters(struct vm *vm) {
  struct kvm_stats_header header;
  int stats = ioctl(vm->vcpu, KVM_GET_STATS_FD, NULL);
  if (stats < 0 || pread(stats, &header, sizeof header, 0) != sizeof header) return;
  size_t size = sizeof(struct kvm_stats_desc) + header.name_size;
  struct kvm_stats_desc *desc = malloc(size);
  if (desc == NULL || header.name_size == 0) return;
  fprintf(stderr, "counted by KVM:\n");
  for (uint32_t i = 0; i < header.num_desc; i++) {
    print_counter(stats, &header, header.desc_offset + i * size, desc);
  }
  free(desc);
  close(stats);
}

void exits_print(struct vm *vm) {
  fprintf(stderr, "exits to this program:\n");
  for (uint32_t reason = 0; reason < REASONS; reason++) {
    if (counts[reason] == 0) continue;
    fprintf(stderr, "  %-28s %8" PRIu64 "\n", exit_name(reason), counts[reason]);
  }
  print_kvm_counters(vm);
}
