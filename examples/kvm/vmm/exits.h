/* What the vCPU left its mode for, by reason. */
#pragma once
#include "vm.h"

/* A reason in words, as "MMIO"; those that RISC-V does not have are "unknown". */
const char *exit_name(uint32_t reason);

void exits_count(uint32_t reason);

/* Writes to stderr how often this program was asked, and what KVM counted, which answers most by itself. */
void exits_print(struct vm *vm);
