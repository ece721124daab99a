/* Lines on the console: by SBI where there is its debug console, else by the UART. */
#pragma once
#include <stdint.h>

/* Each byte is two exits: a load of the UART's line status, and a store. */
void uart_print(const char *text);

void print(const char *text);
void print_number(uint64_t value);
void print_hex(uint64_t value);

/* Ends the machine with a status that is not 0. */
_Noreturn void fail(const char *what, uint64_t value);
