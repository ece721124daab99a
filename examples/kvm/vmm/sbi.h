/* SBI calls that KVM passes on: those of the console. It answers all others itself. */
#pragma once
#include "vm.h"

/* Answers the call that KVM_EXIT_RISCV_SBI describes, into the same record. */
void sbi_answer(struct vm *vm);
