/* The devices: what happens where there is no RAM. */
#pragma once
#include <stdbool.h>

#include "vm.h"

#define UART_BASE 0x10000000ul
#define UART_SIZE 8ul
#define POWER_BASE 0x00100000ul
#define POWER_SIZE 4ul

/* Carries out the access that KVM_EXIT_MMIO describes. A load's value goes into the same record, from where
 * KVM takes it at the next KVM_RUN.
 *
 * Returns false if no device is there. A write to the power device sets `*status` to 0 to 255, which is
 * what the machine ends with; it is -1 while it is to go on. */
bool device_access(struct kvm_run *run, int *status);
