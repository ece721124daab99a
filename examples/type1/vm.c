/* A guest from its birth to its end. */
#include "hart.h"
#include "type1.h"

_Static_assert(offsetof(struct vcpu, host_stack) == 256, "HOST_STACK in switch.S");

void vm_create(struct vm *vm, const char *name, uint64_t vmid, const uint8_t *image, size_t size) {
  if (size > GUEST_RAM_SIZE) panic("a guest's image is larger than its RAM");
  vm->name = name;
  vm->vmid = vmid;
  vm->state = VM_READY;
  for (size_t i = 0; i < size; i++) vm->ram[i] = image[i];
  for (uint64_t at = 0; at < GUEST_RAM_SIZE; at += PAGE_SIZE) {
    gstage_map(vm, GUEST_RAM_BASE + at, vm->ram + at, MAP_READ | MAP_WRITE | MAP_EXECUTE);
  }

  struct vcpu *vcpu = &vm->vcpu;
  vcpu->x[0] = GUEST_RAM_BASE;
  vcpu->hgatp = gstage_hgatp(vm);
  vcpu->hstatus = HSTATUS_VSXL_64 | HSTATUS_VTW | HSTATUS_SPV;
  /* Begins in VS-mode, not VU. FS is off: guests have no floating point, and nobody has to save it. */
  vcpu->sstatus = SSTATUS_SPP;
  vcpu->vstimecmp = NEVER;
  /* Its time begins at 0. */
  vcpu->htimedelta = -now();
  print("[type1] %s: %u KiB of RAM at 0x%x, VMID %u\n", name, GUEST_RAM_SIZE / 1024, vm->ram, vmid);
}

void vm_load(const struct vm *vm) {
#define X(name) CSR_WRITE(name, vm->vcpu.name);
  GUEST_CSRS(X)
#undef X
}

void vm_save(struct vm *vm) {
#define X(name) vm->vcpu.name = CSR_READ(name);
  GUEST_CSRS(X)
#undef X
}

bool vm_over(const struct vm *vm) { return vm->state == VM_FINISHED || vm->state == VM_KILLED; }

void vm_finish(struct vm *vm, bool well) {
  vm->state = VM_FINISHED;
  console_guest_end(vm);
  print("[type1] %s: has finished %s\n", vm->name, well ? "well" : "with a failure");
}

void vm_kill(struct vm *vm, const char *why) {
  vm->state = VM_KILLED;
  console_guest_end(vm);
  print("[type1] %s: killed at pc 0x%x: %s\n", vm->name, vm->vcpu.x[0], why);
}

/* Does to the guest what a trap into VS-mode would have done (Privileged 15.6.2). */
void vm_inject(struct vm *vm, uint64_t cause, uint64_t value) {
  uint64_t status = CSR_READ(vsstatus);
  uint64_t mode = CSR_READ(sstatus) & SSTATUS_SPP;
  uint64_t enabled = status & SSTATUS_SIE ? SSTATUS_SPIE : 0;
  status &= ~(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP);
  CSR_WRITE(vsstatus, status | enabled | mode);
  CSR_WRITE(vsepc, vm->vcpu.x[0]);
  CSR_WRITE(vscause, cause);
  CSR_WRITE(vstval, value);
  CSR_SET(sstatus, SSTATUS_SPP);
  vm->vcpu.x[0] = CSR_READ(vstvec) & ~3ul;
}

uint8_t *vm_memory(struct vm *vm, uint64_t guest_physical, uint64_t size) {
  if (guest_physical < GUEST_RAM_BASE) return NULL;
  uint64_t offset = guest_physical - GUEST_RAM_BASE;
  if (offset > GUEST_RAM_SIZE || size > GUEST_RAM_SIZE - offset) return NULL;
  return vm->ram + offset;
}
