import { REGIMES } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { ALL, G, PageTables } from './page-tables.js';
import { TABLES } from './translated.js';

/**
 * Harts that compete: atomics on shared words, interrupts from timers and from each other, waits,
 * and S-mode code that walks through more pages than some sets of the TLB hold, with fences.
 */
const BUSY = `
  .equ SHARED, 0x80200000
  la t0, handler
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  csrr s0, mhartid
  li s1, 0x2004000
  slli t0, s0, 3
  add s1, s1, t0
  li s4, SHARED
  slli t0, s0, 12
  add s5, s4, t0
  csrw mscratch, s5
  li t0, 0x88
  csrw mie, t0
  li t0, 1 << 61
  csrw menvcfg, t0
  li t0, ${(8n << 60n) | (TABLES >> 12n)}
  csrw satp, t0
  li t0, 3 << 11
  csrc mstatus, t0
  li t0, (1 << 11) | (1 << 7)
  csrs mstatus, t0
  la t0, supervisor
  csrw mepc, t0
  ld t0, 0(s1)
  addi t0, s0, 3
  sd t0, 0(s1)
  mret

supervisor:
  li s2, 0
loop:
  addi s2, s2, 1
  amoadd.d t1, s2, (s4)
1:
  lr.d t1, (s4)
  xor t1, t1, s2
  sc.d t2, t1, (s4)
  bnez t2, 1b
  slli t3, s2, 12
  li t4, 0x1fff000
  and t3, t3, t4
  li t4, 0x40000000
  add t3, t3, t4
  sd s2, 8(t3)
  ld t1, 16(t3)
  addi t4, t3, 2046
  sd t1, 2047(t4)             # across the end of the page
  andi t1, s2, 63
  bnez t1, 2f
  ecall
2:
  andi t1, s2, 31
  bnez t1, loop
  sfence.vma t3, zero
  andi t1, s2, 127
  bnez t1, loop
  sfence.vma
  j loop

.balign 4
handler:
  csrrw t6, mscratch, t6
  sd t0, 1024(t6)
  sd t1, 1032(t6)
  csrr t0, mcause
  bltz t0, interrupt
  ld t1, 1048(t6)
  addi t1, t1, 1
  sd t1, 1048(t6)
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  csrr t0, mhartid            # an interrupt for the hart's neighbour, then a wait
  xori t0, t0, 1
  slli t0, t0, 2
  li t1, 0x2000000
  add t1, t1, t0
  li t0, 1
  sw t0, 0(t1)
  wfi
  j return
interrupt:
  ld t1, 1040(t6)
  addi t1, t1, 1
  sd t1, 1040(t6)
  andi t0, t0, 7
  addi t0, t0, -7
  beqz t0, timer
  csrr t0, mhartid
  slli t0, t0, 2
  li t1, 0x2000000
  add t1, t1, t0
  sw zero, 0(t1)
  j return
timer:
  csrr t1, mhartid
  slli t0, t1, 3
  li t1, 0x2004000
  add t1, t1, t0
  rdtime t0
  addi t0, t0, 9
  sd t0, 0(t1)
return:
  ld t0, 1024(t6)
  ld t1, 1032(t6)
  csrrw t6, mscratch, t6
  mret
`;

/** Harts that compete, at their first instruction; their pages are mapped. */
export async function busy(harts: number, core?: Core): Promise<Machine> {
  const machine = await Machine.create(BUSY, {
    harts,
    memory: 32 << 20,
    ...(core === undefined ? {} : { core }),
  });
  const tables = new PageTables(machine.ram, TABLES);
  tables.map(0x8000_0000n, 0x8000_0000n, ALL | G, 2);
  // 8,192 pages of virtual memory on 16 pages, some of them without A and D.
  for (let page = 0n; page < 8192n; page += 1n) {
    const flags = page % 3n === 0n ? 0xfn : ALL;
    tables.map(0x4000_0000n + page * 4096n, 0x8030_0000n + (page % 16n) * 4096n, flags);
  }
  return machine;
}

/**
 * Takes exactly `total` steps, by budgets from `next`; idle time is skipped, and `onDebug` called at exits
 * for a debugger. How often the machine was idle.
 */
export function advance(
  machine: Machine,
  total: bigint,
  next: () => bigint,
  onDebug?: () => void,
): number {
  let idle = 0;
  while (machine.steps < total) {
    let budget = next();
    if (machine.steps + budget > total) budget = total - machine.steps;
    const reason = machine.run(budget);
    if (reason === ExitReason.Idle) {
      idle += 1;
      const deadline = machine.core.deadline(machine.vm);
      if (deadline === undefined) throw new Error('nothing will end the wait');
      machine.core.exports.vmSkipTo(machine.vm, deadline);
    } else if (reason === ExitReason.Debug && onDebug !== undefined) {
      onDebug();
    } else if (reason !== ExitReason.Budget) {
      throw new Error(`exit ${reason}`);
    }
  }
  return idle;
}

const COUNTERS = [
  ...(['missRead', 'missWrite', 'missFetch', 'missGlobal', 'exceptions', 'tableReads'] as const),
];
/** Of the counters by regime, what no cut of a budget changes. */
const REGIME_COUNTS = ['steps', 'missRead', 'missWrite', 'missFetch', 'traps'] as const;

/** All that the guests did and what TLBs were asked. */
export function outcome(machine: Machine) {
  const counters = Array.from({ length: machine.harts }, (_, hart) => [
    ...COUNTERS.map((name) => machine.counter(name, hart)),
    ...REGIMES.flatMap((_regime, regime) =>
      REGIME_COUNTS.map((name) => machine.core.regimeCounter(machine.vm, hart, regime, name)),
    ),
  ]);
  return { ...machine.state(), counters, time: machine.core.time(machine.vm) };
}
