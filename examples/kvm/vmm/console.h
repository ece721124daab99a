/* The payload's console: this program's standard input and output. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void console_write(const uint8_t *bytes, size_t count);

/* The next byte of input; -1 while there is none. Does not wait. */
int console_read(void);

/* Whether there is a byte to be read, which the UART tells in its line status. */
int console_has_input(void);
