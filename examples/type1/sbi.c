/*
 * What a guest's ECALL asks for: to a guest, the hypervisor is the firmware below it (SBI 2.0). Arguments come
 * from an adversary: each is checked before it is used.
 */
#include "hart.h"
#include "type1.h"

#define EXTENSION_BASE 0x10
#define EXTENSION_TIME 0x54494d45
#define EXTENSION_CONSOLE 0x4442434e
#define EXTENSION_RESET 0x53525354
#define SUCCESS 0l
#define NOT_SUPPORTED -2l
#define INVALID_PARAMETER -3l
/* The specification lets a console write less than it was asked to: no call may last as long as a guest likes. */
#define CONSOLE_MOST 256ul

static bool is_offered(uint64_t extension) {
  return extension == EXTENSION_BASE || extension == EXTENSION_TIME || extension == EXTENSION_CONSOLE ||
         extension == EXTENSION_RESET;
}

static long base(uint64_t function, uint64_t argument, uint64_t *value) {
  if (function == 0) *value = 2ul << 24; /* the version of SBI */
  else if (function == 3) *value = is_offered(argument);
  else if (function > 6) return NOT_SUPPORTED;
  return SUCCESS;
}

static long console(struct vm *vm, uint64_t function, uint64_t *value) {
  const uint64_t *a = &vm->vcpu.x[10];
  if (function == 2) {
    console_guest_byte(vm, (char)a[0]);
    return SUCCESS;
  }
  if (function != 0) return NOT_SUPPORTED;
  /* A guest-physical address: what it may name is this guest's RAM and nothing else of ours. */
  const uint8_t *bytes = vm_memory(vm, a[1], a[0]);
  if (bytes == NULL || a[2] != 0) return INVALID_PARAMETER;
  *value = a[0] < CONSOLE_MOST ? a[0] : CONSOLE_MOST;
  for (uint64_t i = 0; i < *value; i++) console_guest_byte(vm, (char)bytes[i]);
  return SUCCESS;
}

void sbi_call(struct vm *vm) {
  uint64_t *a = &vm->vcpu.x[10];
  uint64_t function = a[6];
  uint64_t value = 0;
  long error = NOT_SUPPORTED;
  switch (a[7]) {
    case EXTENSION_BASE:
      error = base(function, a[0], &value);
      break;
    case EXTENSION_TIME:
      if (function != 0) break;
      /* The hart compares it with the guest's time, and raises the guest's interrupt by itself (Sstc). */
      CSR_WRITE(vstimecmp, a[0]);
      error = SUCCESS;
      break;
    case EXTENSION_CONSOLE:
      error = console(vm, function, &value);
      break;
    case EXTENSION_RESET:
      if (function != 0) break;
      vm_finish(vm, a[0] == 0 && a[1] == 0);
      break;
  }
  a[0] = error;
  a[1] = value;
}
