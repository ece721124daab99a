#include "devices.h"

#include <string.h>

#include "console.h"

/* Registers of a 16550A that a driver cannot do without: data, and line status with its bits. */
#define UART_DATA 0
#define UART_LINE_STATUS 5
#define DATA_READY 0x01
#define TRANSMITTER_EMPTY 0x60

/* What QEMU's and Hartwood's test finisher understand: success, or failure with a status above. */
#define POWER_PASS 0x5555
#define POWER_FAIL 0x3333

static uint64_t uart_read(uint64_t offset) {
  if (offset == UART_LINE_STATUS) return TRANSMITTER_EMPTY | (console_has_input() ? DATA_READY : 0);
  if (offset != UART_DATA) return 0;
  int byte = console_read();
  return byte < 0 ? 0 : byte;
}

static void uart_write(uint64_t offset, uint8_t value) {
  if (offset == UART_DATA) console_write(&value, 1);
}

static void power_write(uint64_t value, int *status) {
  if ((value & 0xffff) == POWER_PASS) *status = 0;
  if ((value & 0xffff) == POWER_FAIL) *status = value >> 16 & 0xff;
}

static bool within(uint64_t address, uint64_t base, uint64_t size) {
  return address - base < size;
}

bool device_access(struct kvm_run *run, int *status) {
  uint64_t address = run->mmio.phys_addr;
  /* RISC-V is little-endian, and so is this program: the bytes are a number. */
  uint64_t value = 0;
  if (run->mmio.is_write) memcpy(&value, run->mmio.data, run->mmio.len);
  if (within(address, UART_BASE, UART_SIZE)) {
    if (run->mmio.is_write) uart_write(address - UART_BASE, value);
    else value = uart_read(address - UART_BASE);
  } else if (within(address, POWER_BASE, POWER_SIZE)) {
    if (run->mmio.is_write) power_write(value, status);
  } else {
    return false;
  }
  if (!run->mmio.is_write) memcpy(run->mmio.data, &value, run->mmio.len);
  return true;
}
