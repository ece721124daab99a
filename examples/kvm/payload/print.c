#include "print.h"

#include "sbi.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define TRANSMITTER_EMPTY 0x20
#define POWER ((volatile uint32_t *)0x00100000)
#define POWER_FAIL 0x3333
#define OWN_FAILURE 9

void uart_print(const char *text) {
  for (; *text != 0; text++) {
    while ((UART[UART_LINE_STATUS] & TRANSMITTER_EMPTY) == 0) {}
    UART[0] = *text;
  }
}

void print(const char *text) {
  static int by_sbi = -1;
  if (by_sbi < 0) by_sbi = sbi_has(SBI_DBCN);
  uint64_t length = 0;
  while (text[length] != 0) length++;
  if (!by_sbi || sbi_write(text, length) != 0) uart_print(text);
}

static void print_in_base(uint64_t value, uint64_t base) {
  char digits[21];
  char *at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  print(at);
}

void print_number(uint64_t value) {
  print_in_base(value, 10);
}

void print_hex(uint64_t value) {
  print("0x");
  print_in_base(value, 16);
}

void fail(const char *what, uint64_t value) {
  print("payload: ");
  print(what);
  print(": ");
  print_hex(value);
  print("\n");
  *POWER = POWER_FAIL | OWN_FAILURE << 16;
  for (;;) {}
}
