/* The payload's own address translation: Sv39, the first of the two stages. */
#pragma once
#include <stdint.h>

/* Bytes of RAM that are mapped, and where they stand a second time. */
#define MAPPED 0x200000ul
#define ALIAS 0x40000000ul

/* Maps RAM's start and the devices where they are, RAM's start a second time at ALIAS, and turns Sv39 on. */
void paging_on(void);
