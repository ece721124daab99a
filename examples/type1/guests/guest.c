#include "guest.h"

#define UART ((volatile uint8_t *)0x10000000)
#define UART_LINE_STATUS 5
#define LINE_STATUS_READY 0x20

static volatile bool rung;

struct sbi_result sbi(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2) {
  register uint64_t a0 asm("a0") = arg0;
  register uint64_t a1 asm("a1") = arg1;
  register uint64_t a2 asm("a2") = arg2;
  register uint64_t a6 asm("a6") = function;
  register uint64_t a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return (struct sbi_result){(long)a0, a1};
}

void print(const char *text) {
  for (; *text != '\0'; text++) {
    while (!(UART[UART_LINE_STATUS] & LINE_STATUS_READY)) {
    }
    UART[0] = (uint8_t)*text;
  }
}

void print_number(const char *text, long value) {
  char digits[24];
  char *at = digits + sizeof digits;
  uint64_t rest = value < 0 ? -value : value;
  *--at = '\0';
  do *--at = '0' + rest % 10;
  while ((rest /= 10) != 0);
  if (value < 0) *--at = '-';
  print(text);
  print(at);
}

void print_by_sbi(const char *text) {
  uint64_t length = 0;
  while (text[length] != '\0') length++;
  sbi(SBI_CONSOLE, 0, length, (uint64_t)text, 0);
}

void on_timer(void) {
  rung = true;
  sbi(SBI_TIME, 0, NEVER, 0, 0);
}

void sleep_until(uint64_t time) {
  rung = false;
  sbi(SBI_TIME, 0, time, 0, 0);
  while (!rung) {
    /* Off between the look and the WFI, so that the timer cannot ring unheard; WFI ends all the same. */
    CSR_CLEAR(sstatus, SSTATUS_SIE);
    if (!rung) asm volatile("wfi");
    CSR_SET(sstatus, SSTATUS_SIE);
  }
}

void shut_down(bool well) {
  for (;;) sbi(SBI_RESET, 0, 0, well ? 0 : 1, 0);
}
