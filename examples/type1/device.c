/*
 * The one device that guests have: the transmitting half of a 16550 UART. There is no page behind its
 * address, so each access faults and is done here instead: trap and emulate.
 */
#include "type1.h"

#define OPCODE_LOAD 0x03
#define OPCODE_STORE 0x23
#define REGISTERS 8
#define UART_DATA 0
#define UART_LINE_STATUS 5
#define LINE_STATUS_EMPTY 0x60 /* ready for the next byte, as it always is */

/*
 * Emulates the access and steps over it; false if there is no device, or the access is none of a driver's.
 * Registers are bytes, and what loads or stores a byte in RV64GC has 4 bytes itself.
 */
bool device_access(struct vm *vm, uint64_t guest_physical, uint32_t instruction) {
  uint64_t offset = guest_physical - GUEST_UART_BASE;
  if (offset >= REGISTERS) return false;
  unsigned opcode = instruction & 0x7f;
  unsigned width = instruction >> 12 & 7;
  if (opcode == OPCODE_STORE && width == 0) {
    uint64_t value = vm->vcpu.x[instruction >> 20 & 31];
    /* The place of x0 holds the pc. */
    if ((instruction >> 20 & 31) == 0) value = 0;
    if (offset == UART_DATA) console_guest_byte(vm, (char)value);
  } else if (opcode == OPCODE_LOAD && (width == 0 || width == 4)) {
    unsigned target = instruction >> 7 & 31;
    if (target != 0) vm->vcpu.x[target] = offset == UART_LINE_STATUS ? LINE_STATUS_EMPTY : 0;
  } else {
    return false;
  }
  vm->vcpu.x[0] += 4;
  return true;
}
