#include "sbi.h"

#include "console.h"

/* Extensions and their functions (SBI 2.0, chapters 5 and 12). */
#define LEGACY_PUTCHAR 0x01
#define LEGACY_GETCHAR 0x02
#define DBCN 0x4442434e
#define DBCN_WRITE 0
#define DBCN_READ 1
#define DBCN_WRITE_BYTE 2

#define SBI_SUCCESS 0
#define SBI_NOT_SUPPORTED -2
#define SBI_INVALID_PARAM -3

struct answer {
  long error;
  uint64_t value;
};

/* a0 is a number of bytes and a1 their guest-physical address; a2, its upper half, is for RV32 only. */
static struct answer transfer(struct vm *vm, uint64_t function, const unsigned long *args) {
  uint8_t *bytes = args[2] == 0 ? vm_memory(vm, args[1], args[0]) : NULL;
  if (bytes == NULL) return (struct answer){SBI_INVALID_PARAM, 0};
  if (function == DBCN_WRITE) {
    console_write(bytes, args[0]);
    return (struct answer){SBI_SUCCESS, args[0]};
  }
  uint64_t count = 0;
  for (; count < args[0]; count++) {
    int byte = console_read();
    if (byte < 0) break;
    bytes[count] = byte;
  }
  return (struct answer){SBI_SUCCESS, count};
}

static struct answer debug_console(struct vm *vm, uint64_t function, const unsigned long *args) {
  if (function == DBCN_WRITE || function == DBCN_READ) return transfer(vm, function, args);
  if (function != DBCN_WRITE_BYTE) return (struct answer){SBI_NOT_SUPPORTED, 0};
  uint8_t byte = args[0];
  console_write(&byte, 1);
  return (struct answer){SBI_SUCCESS, 0};
}

void sbi_answer(struct vm *vm) {
  const unsigned long *args = vm->run->riscv_sbi.args;
  struct answer answer = {SBI_NOT_SUPPORTED, 0};
  uint8_t byte = args[0];
  switch (vm->run->riscv_sbi.extension_id) {
    case LEGACY_PUTCHAR:
      console_write(&byte, 1);
      answer.error = 0;
      break;
    case LEGACY_GETCHAR:
      /* The old calls have one result, in a0: the byte, or -1. */
      answer.error = console_read();
      break;
    case DBCN:
      answer = debug_console(vm, vm->run->riscv_sbi.function_id, args);
      break;
  }
  vm->run->riscv_sbi.ret[0] = answer.error;
  vm->run->riscv_sbi.ret[1] = answer.value;
}
