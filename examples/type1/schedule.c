/* Who runs next: each guest that can, in turn, for a slice. */
#include "hart.h"
#include "type1.h"

/* No wait of the hart's is longer, so that no deadline a guest chose can overflow ours: a second. */
#define LONGEST_IDLE 10000000ul

/* Ticks until the guest's timer is due. */
static uint64_t timer_left(const struct vm *vm) {
  uint64_t guest_time = now() + vm->vcpu.htimedelta;
  return vm->vcpu.vstimecmp > guest_time ? vm->vcpu.vstimecmp - guest_time : 0;
}

static void run_slice(struct vm *vm) {
  uint64_t began = now();
  CSR_WRITE(stimecmp, began + SLICE);
  vm_load(vm);
  do enter_guest(&vm->vcpu);
  while (exit_handle(vm));
  vm_save(vm);
  vm->slices++;
  vm->run_ticks += now() - began;
}

void schedule(struct vm *vms, unsigned count) {
  /* HS-mode's interrupts reach it from any guest, and never from itself: sstatus.SIE stays 0. */
  CSR_WRITE(sie, SIE_TIMER);
  for (;;) {
    bool any_left = false;
    bool any_ran = false;
    uint64_t idle = LONGEST_IDLE;
    for (struct vm *vm = vms; vm < vms + count; vm++) {
      if (vm->state == VM_WAITING) {
        uint64_t left = timer_left(vm);
        if (left == 0) vm->state = VM_READY;
        else if (left < idle) idle = left;
      }
      if (vm->state == VM_READY) {
        run_slice(vm);
        any_ran = true;
      }
      if (!vm_over(vm)) any_left = true;
    }
    if (!any_left) return;
    if (!any_ran) {
      CSR_WRITE(stimecmp, now() + idle);
      asm volatile("wfi");
    }
  }
}
