/*
 * The G-stage: from guest-physical to physical addresses (Privileged 15.5.1). Sv39x4 is Sv39 with two bits more
 * at the top. The hart walks these tables by itself; the hypervisor only writes them.
 */
#include "type1.h"

#define PTE_VALID 1ul
/* To the G-stage each access of a guest is one of U-mode. */
#define PTE_USER (1ul << 4)
/* Set from the start, so that it does not matter whether the hart sets them or faults. */
#define PTE_ACCESSED (1ul << 6)
#define PTE_DIRTY (1ul << 7)
#define HGATP_SV39X4 (8ul << 60)

static uint64_t entry(const void *target, uint64_t bits) {
  return (uint64_t)target / PAGE_SIZE << 10 | bits | PTE_VALID;
}

static uint64_t *table_behind(struct vm *vm, uint64_t *slot) {
  if (!(*slot & PTE_VALID)) {
    if (vm->tables_used == GSTAGE_TABLES) panic("a guest needs more G-stage tables than GSTAGE_TABLES");
    *slot = entry(vm->tables[vm->tables_used++], 0);
  }
  return (uint64_t *)(*slot >> 10 << 12);
}

/* Maps one page of 4 KiB; both addresses are multiples of it. */
void gstage_map(struct vm *vm, uint64_t guest_physical, const void *memory, unsigned permissions) {
  uint64_t *root_slot = &vm->root[guest_physical >> 30 & (GSTAGE_ROOT_ENTRIES - 1)];
  uint64_t *middle = table_behind(vm, root_slot);
  uint64_t *leaf = table_behind(vm, &middle[guest_physical >> 21 & 511]);
  leaf[guest_physical >> 12 & 511] =
      entry(memory, permissions | PTE_USER | PTE_ACCESSED | PTE_DIRTY);
}

/* The value that makes this guest's tables the hart's. Its VMID keeps its TLB entries from the others'. */
uint64_t gstage_hgatp(const struct vm *vm) {
  return HGATP_SV39X4 | vm->vmid << 44 | (uint64_t)vm->root / PAGE_SIZE;
}
