/*
 * Why a guest stopped, and what is done about it. Whatever the guest did, one of three things follows: it gets
 * what it asked for, it gets the fault that a real machine would have given it, or it is killed.
 */
#include "hart.h"
#include "type1.h"

/* What htinst says if it was no instruction, but the walk of the guest's own tables (Privileged 15.6.3). */
static bool is_table_access(uint64_t htinst) { return htinst == 0x3000 || htinst == 0x3020; }

static void strike(struct vm *vm, uint64_t cause, uint64_t value) {
  vm_inject(vm, cause, value);
  if (++vm->strikes == STRIKES) vm_kill(vm, "it has done too much that is forbidden");
}

/* The guest touched a guest-physical address for which the G-stage has no page. */
static void guest_page_fault(struct vm *vm, uint64_t cause) {
  uint64_t address = CSR_READ(stval);
  uint64_t htinst = CSR_READ(htinst);
  bool table = is_table_access(htinst);
  /* htval lacks two bits; they are those of the virtual address, unless it was a table's entry. */
  uint64_t guest_physical = CSR_READ(htval) << 2 | (table ? 0 : address & 3);

  if (!table && cause != CAUSE_GUEST_FETCH) {
    uint32_t instruction = 0;
#ifdef DECODE_FROM_htinst
    /* The hart may hand over the instruction; from a compressed one it makes what is no valid opcode. */
    instruction = htinst;
    if (htinst == 0)
#endif
      instruction = guest_instruction(vm->vcpu.x[0]);
    if (device_access(vm, guest_physical, instruction)) {
      vm->exits[EXIT_DEVICE]++;
      return;
    }
  }

  vm->exits[EXIT_FAULT]++;
  const char *did = "fetch from";
  uint64_t fault = CAUSE_FETCH_ACCESS;
  if (cause == CAUSE_GUEST_LOAD) {
    did = "load from";
    fault = CAUSE_LOAD_ACCESS;
  } else if (cause == CAUSE_GUEST_STORE) {
    did = "store to";
    fault = CAUSE_STORE_ACCESS;
  }
  print("[type1] %s: %s 0x%x refused: guest-physical 0x%x is not for it%s\n", vm->name, did, address,
        guest_physical, table ? " (its page tables lead there)" : "");
  strike(vm, fault, address);
}

/* An instruction that HS-mode may execute and a guest may not: WFI, as we asked for it, and the hypervisor's. */
static void virtual_instruction(struct vm *vm) {
  uint64_t instruction = CSR_READ(stval);
  if (instruction == 0) instruction = guest_instruction(vm->vcpu.x[0]);
  if (instruction == INSTRUCTION_WFI) {
    vm->exits[EXIT_WAIT]++;
    vm->vcpu.x[0] += 4;
    /* Nothing but its timer can end the wait: there are no other interrupts here. */
    if (CSR_READ(vstimecmp) == NEVER) vm_kill(vm, "it waits for an interrupt that cannot come");
    else vm->state = VM_WAITING;
    return;
  }
  vm->exits[EXIT_INSTRUCTION]++;
  print("[type1] %s: instruction 0x%x refused: it is the hypervisor's\n", vm->name, instruction);
  strike(vm, CAUSE_ILLEGAL_INSTRUCTION, instruction);
}

/* The slice is over. Only a guest that hears no interrupts can be hung: any other gets its timer's. */
static void slice_over(struct vm *vm) {
  vm->exits[EXIT_TIMER]++;
  bool deaf = CSR_READ(hstatus) & HSTATUS_SPVP && !(CSR_READ(vsstatus) & SSTATUS_SIE);
  vm->deaf_slices = deaf ? vm->deaf_slices + 1 : 0;
  if (vm->deaf_slices == DEAF_SLICES) vm_kill(vm, "it hangs with its interrupts off");
}

bool exit_handle(struct vm *vm) {
  uint64_t cause = CSR_READ(scause);
  if (cause == CAUSE_TIMER) {
    slice_over(vm);
    return false;
  }
  vm->deaf_slices = 0;
  switch (cause) {
    case CAUSE_ECALL_VS:
      vm->exits[EXIT_SBI]++;
      vm->vcpu.x[0] += 4;
      sbi_call(vm);
      break;
    case CAUSE_GUEST_FETCH:
    case CAUSE_GUEST_LOAD:
    case CAUSE_GUEST_STORE:
      guest_page_fault(vm, cause);
      break;
    case CAUSE_VIRTUAL_INSTRUCTION:
      virtual_instruction(vm);
      break;
    default:
      vm_kill(vm, "its trap is one that it should have had itself");
  }
  return vm->state == VM_READY;
}
