/**
 * A hypervisor with a guest under two stages, in one small program: the guest computes with floats and
 * atomics, calls, touches pages that the G-stage lacks or maps with bits to be set, executes what is the
 * hypervisor's, and is interrupted by timers of its own and of the hypervisor's.
 */
import type { Core } from '../../../src/core/core.js';
import { Machine } from '../machine.js';
import { ALL, PageTables, R, U, V, W, X } from '../page-tables.js';

const MEMORY = 32 << 20;
/** A hart's tables, of the VS-stage and of the G-stage, and its own page for data. */
const GUEST_TABLES = 0x8040_0000n;
const HOST_TABLES = 0x8080_0000n;
const TABLES_APART = 0x10_0000n;
const SHARED = 0x8020_0000n;

/** The guest's virtual pages, from here on, are these pages of RAM, over and over. */
const PAGES = 0x4000_0000n;
const PAGE_COUNT = 600n;
const BACKING = 0x80c0_0000n;
/** Of the guest, where the G-stage has nothing. */
const FAR = 1n << 37n;

const PROGRAM = `
  .equ SHARED, ${SHARED}
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  csrr s0, mhartid
  li t0, -1
  csrw medeleg, t0
  li t0, 0x222
  csrw mideleg, t0
  li t0, 7 << 61
  csrw menvcfg, t0
  csrw henvcfg, t0
  li t0, 7
  csrw mcounteren, t0
  csrw hcounteren, t0
  la t0, hypervisor
  csrw stvec, t0
  la t0, guest_trap
  csrw vstvec, t0
  li t0, 0x100
  csrw hedeleg, t0
  li t0, 1 << 6
  csrw hideleg, t0
  li t0, (1 << 6) | (1 << 5)
  csrw mie, t0
  li t0, -7
  csrw htimedelta, t0
  li s5, SHARED
  slli t0, s0, 12
  add s5, s5, t0
  csrw sscratch, s5
  li t0, ${(8n << 60n) | (GUEST_TABLES >> 12n)}
  slli t1, s0, ${Math.log2(Number(TABLES_APART >> 12n))}
  add t0, t0, t1
  csrw vsatp, t0
  li t0, ${(8n << 60n) | (HOST_TABLES >> 12n)}
  add t0, t0, t1
  addi t2, s0, 3
  slli t2, t2, 44
  or t0, t0, t2
  csrw hgatp, t0
  addi t0, s0, 5
  csrw stimecmp, t0
  li t0, (3 << 13) | (1 << 8)
  csrs mstatus, t0
  li t0, (3 << 13) | (1 << 5)
  csrw vsstatus, t0
  li t0, 1 << 7
  csrw hstatus, t0
  la t0, guest
  csrw sepc, t0
  sret

guest:
  li s2, 0
  li s4, SHARED
  fcvt.d.l fa0, s0
  rdtime t0
  addi t0, t0, 9
  csrw stimecmp, t0
  csrsi sstatus, 2
loop:
  addi s2, s2, 1
  amoadd.d t1, s2, (s4)
1:
  lr.d t1, (s4)
  xor t1, t1, s2
  sc.d t2, t1, (s4)
  bnez t2, 1b
  fcvt.d.l fa1, s2
  fmadd.d fa0, fa0, fa1, fa1
  li t4, ${PAGE_COUNT}
  remu t3, s2, t4
  slli t3, t3, 12
  li t4, ${PAGES}
  add t3, t3, t4
  sd s2, 8(t3)
  ld t1, 16(t3)
  andi t1, s2, 15
  bnez t1, 2f
  ecall
  csrr t1, hstatus
2:
  andi t1, s2, 63
  bnez t1, 3f
  sfence.vma t3, zero
  li t1, ${FAR}             # nothing of the G-stage's
  ld t1, 0(t1)
  csrw fcsr, s2
  wfi
3:
  andi t1, s2, 31
  bnez t1, loop
  la t1, loop
  csrw sepc, t1
  csrsi sstatus, 2
  li t1, 1 << 8
  csrs sstatus, t1
  sret

.balign 4
guest_trap:
  csrrw t6, sscratch, t6
  rdtime t5
  addi t5, t5, 4
  csrw stimecmp, t5
  csrrw t6, sscratch, t6
  sret

.balign 4
hypervisor:
  csrrw t6, sscratch, t6
  sd t0, 1024(t6)
  sd t1, 1032(t6)
  csrr t0, scause
  bltz t0, 5f
  slli t1, t0, 3
  add t1, t1, t6
  ld t0, 1088(t1)             # so many of this cause
  addi t0, t0, 1
  sd t0, 1088(t1)
  csrr t0, htinst
  sd t0, 1040(t6)
  csrr t0, htval
  sd t0, 1048(t6)
  csrr t0, sepc
  hlvx.hu t1, (t0)            # the instruction, as a hypervisor looks at it
  sd t1, 1056(t6)
  addi t0, t0, 4
  csrw sepc, t0
  csrr t1, scause
  addi t1, t1, -10
  bnez t1, 6f
  hfence.gvma
  j 6f
5:
  ld t0, 1072(t6)
  addi t0, t0, 1
  sd t0, 1072(t6)
  rdtime t0
  addi t0, t0, 6
  csrw stimecmp, t0
  hfence.vvma
6:
  ld t0, 1024(t6)
  ld t1, 1032(t6)
  csrrw t6, sscratch, t6
  sret
`;

/** The hypervisors' counts by hart: exceptions by cause, and interrupts. */
export interface Exits {
  readonly causes: readonly number[];
  readonly interrupts: number;
}

export function exitsOf(machine: Machine, hart: number): Exits {
  const page = SHARED + (BigInt(hart) << 12n);
  const count = (offset: number) => Number(machine.word(page + BigInt(offset)));
  return {
    causes: Array.from({ length: 24 }, (_, cause) => count(1088 + 8 * cause)),
    interrupts: count(1072),
  };
}

/** Machines at their first instruction, each hart a hypervisor with a guest of its own VMID. */
export async function nestedWorld(harts: number, core?: Core): Promise<Machine> {
  const machine = await Machine.create(PROGRAM, {
    harts,
    cpu: 'rv64,h=on',
    memory: MEMORY,
    ...(core === undefined ? {} : { core }),
  });
  for (let hart = 0n; hart < BigInt(harts); hart += 1n) {
    const guest = new PageTables(machine.ram, GUEST_TABLES + hart * TABLES_APART);
    const host = new PageTables(machine.ram, HOST_TABLES + hart * TABLES_APART);
    // The G-stage has RAM by superpages, but for what the guest's pages are of: single pages, few with A and D.
    for (let at = 0x8000_0000n; at < BACKING; at += 0x20_0000n) host.map(at, at, ALL | U, 1);
    for (let page = 0n; page < 16n; page += 1n) {
      const place = BACKING + page * 4096n;
      if (page !== 5n) host.map(place, place, page % 3n === 0n ? ALL | U : V | R | W | X | U);
    }
    guest.map(0x8000_0000n, 0x8000_0000n, ALL, 1);
    guest.map(SHARED, SHARED, ALL, 1);
    guest.map(FAR, 1n << 40n, ALL, 2);
    for (let page = 0n; page < PAGE_COUNT; page += 1n) {
      const flags = page % 3n === 0n ? V | R | W | X : ALL;
      guest.map(PAGES + page * 4096n, BACKING + (page % 16n) * 4096n, flags);
    }
  }
  return machine;
}
