/* The real UART, which is the hypervisor's alone, and the switch that turns the machine off. */
#include <stdarg.h>
#include "hart.h"
#include "type1.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define LINE_STATUS_READY 0x20
#define FINISHER ((volatile uint32_t *)0x100000)
#define FINISHER_PASS 0x5555
#define FINISHER_FAIL 0x13333

static void put(char byte) {
  while (!(UART[UART_LINE_STATUS] & LINE_STATUS_READY)) {
  }
  UART[0] = (uint8_t)byte;
}

static void pad(long width, unsigned length) {
  for (; width > (long)length; width--) put(' ');
}

static void put_text(const char *text, long width, bool left) {
  unsigned length = 0;
  while (text[length] != '\0') length++;
  if (!left) pad(width, length);
  for (unsigned i = 0; i < length; i++) put(text[i]);
  if (left) pad(width, length);
}

static void put_number(uint64_t value, unsigned base, bool negative, long width) {
  char text[24];
  char *at = text + sizeof text;
  *--at = '\0';
  do *--at = "0123456789abcdef"[value % base];
  while ((value /= base) != 0);
  if (negative) *--at = '-';
  put_text(at, width, false);
}

void print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; format++) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    bool left = *++format == '-';
    if (left) format++;
    long width = 0;
    for (; *format >= '0' && *format <= '9'; format++) width = width * 10 + (*format - '0');
    if (*format == 's') {
      put_text(va_arg(arguments, const char *), width, left);
      continue;
    }
    uint64_t value = va_arg(arguments, uint64_t);
    bool negative = *format == 'd' && (int64_t)value < 0;
    put_number(negative ? -value : value, *format == 'x' ? 16 : 10, negative, width);
  }
  va_end(arguments);
}

/* A guest's line appears whole and with its name, however the guests' turns fall. */
void console_guest_byte(struct vm *vm, char byte) {
  if (byte == '\n' || vm->line_length == sizeof vm->line - 1) console_guest_end(vm);
  if (byte >= ' ' && byte <= '~') vm->line[vm->line_length++] = byte;
}

void console_guest_end(struct vm *vm) {
  if (vm->line_length == 0) return;
  vm->line[vm->line_length] = '\0';
  print("[%s] %s\n", vm->name, vm->line);
  vm->line_length = 0;
}

void power_off(bool well) {
  *FINISHER = well ? FINISHER_PASS : FINISHER_FAIL;
  for (;;) asm volatile("wfi");
}

void panic(const char *why) {
  print("[type1] panic: %s\n", why);
  power_off(false);
}
