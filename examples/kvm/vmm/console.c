#include "console.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* A byte that was looked for and not yet taken. */
static int ahead = -1;

void console_write(const uint8_t *bytes, size_t count) {
  fwrite(bytes, 1, count, stdout);
  /* A payload that hangs in the middle of a line has shown what it wrote. */
  fflush(stdout);
}

int console_has_input(void) {
  static int ended;
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  if (ahead < 0 && !ended && poll(&input, 1, 0) == 1) {
    uint8_t byte;
    if (read(STDIN_FILENO, &byte, 1) == 1) ahead = byte;
    else ended = 1;
  }
  return ahead >= 0;
}

int console_read(void) {
  console_has_input();
  int byte = ahead;
  ahead = -1;
  return byte;
}
