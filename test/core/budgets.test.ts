import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { ALL, G, leaf, PageTables } from './page-tables.js';
import { randomNumbers } from './random.js';
import { FRAMES, satpFor, TABLES, translated } from './translated.js';

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

async function busy(harts: number): Promise<Machine> {
  const machine = await Machine.create(BUSY, { harts, memory: 32 << 20 });
  const tables = new PageTables(machine.ram, TABLES);
  tables.map(0x8000_0000n, 0x8000_0000n, ALL | G, 2);
  // 8,192 pages of virtual memory on 16 pages, some of them without A and D.
  for (let page = 0n; page < 8192n; page += 1n) {
    const flags = page % 3n === 0n ? 0xfn : ALL;
    tables.map(0x4000_0000n + page * 4096n, 0x8030_0000n + (page % 16n) * 4096n, flags);
  }
  return machine;
}

/** Takes exactly `total` steps, by budgets from `next`; idle time is skipped. */
function advance(machine: Machine, total: bigint, next: () => bigint): number {
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
    } else if (reason !== ExitReason.Budget) {
      throw new Error(`exit ${reason}`);
    }
  }
  return idle;
}

const COUNTERS = ['missRead', 'missWrite', 'missFetch', 'missGlobal', 'exceptions'] as const;

function outcome(machine: Machine) {
  const counters = Array.from({ length: machine.harts }, (_, hart) =>
    COUNTERS.map((name) => machine.counter(name, hart)),
  );
  return { ...machine.state(), counters, time: machine.core.time(machine.vm) };
}

describe.each([1, 2, 4])('the state after N steps, with %i harts,', (harts) => {
  const total = 60_000n;

  it('does not depend on how the budget is cut', async () => {
    const whole = await busy(harts);
    const idle = advance(whole, total, () => total);
    const expected = outcome(whole);
    // The programs really competed, were interrupted, waited and walked.
    for (let hart = 0; hart < harts; hart++) {
      expect(whole.counter('interrupts', hart)).toBeGreaterThan(50);
      expect(whole.counter('missWrite', hart)).toBeGreaterThan(100);
      expect(whole.counter('exceptions', hart)).toBeGreaterThan(0);
    }
    if (harts === 1) expect(idle).toBeGreaterThan(0);

    const single = await busy(harts);
    advance(single, total, () => 1n);
    expect(outcome(single)).toEqual(expected);

    for (const seed of [1, 2]) {
      const random = randomNumbers(seed);
      const cut = await busy(harts);
      advance(cut, total, () => BigInt(1 + random(seed === 1 ? 40 : 9000)));
      expect(outcome(cut)).toEqual(expected);
    }
  });

  it('does not depend on addresses that the hypervisor drops, nor on new epochs', async () => {
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const random = randomNumbers(harts);
    const dropped = await busy(harts);
    advance(dropped, total, () => {
      const { exports } = dropped.core;
      const page = [0, 0x200, 0x201, 0x300, 0x301, 0x305, 0x100, 0x102][random(8)] ?? 0;
      exports.vmDropAddresses(dropped.vm, page);
      if (random(8) === 0) exports.vmBeginEpoch(dropped.vm);
      return BigInt(1 + random(60));
    });
    expect(outcome(dropped)).toEqual(outcome(plain));
  });

  it('does not depend on the core instance', async () => {
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const rebound = await busy(harts);
    for (let steps = 0n; steps < total; steps += total / 50n) {
      await rebound.core.rebind();
      advance(rebound, steps + total / 50n, () => total);
    }
    expect(outcome(rebound)).toEqual(outcome(plain));
  });
});

it('the state after N steps does not depend on cuts when context ids run out', async () => {
  // Each address space is used with and without SUM, so that either change may need the last id.
  const spaces = async () => {
    const { machine } = await translated(
      `li s1, ${satpFor(TABLES)}
      li s2, 1 << 44
      li s3, 1 << 18
      csrs sstatus, s3
      csrc sstatus, s3
1:    add s1, s1, s2
      csrw satp, s1
      csrs sstatus, s3
      sd s1, 0(s4)
      csrc sstatus, s3
      j 1b`,
      { setup: `li s4, ${FRAMES}` },
    );
    machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL));
    return machine;
  };
  const total = 4000n;
  const whole = await spaces();
  advance(whole, total, () => total);
  const single = await spaces();
  advance(single, total, () => 1n);
  expect(outcome(single)).toEqual(outcome(whole));
});

it('the state after N steps does not depend on when the host takes the console’s output', async () => {
  const printing = () =>
    Machine.create('li a0, 0x10000000; 1: sb a1, 0(a0); addi a1, a1, 1; j 1b', { harts: 3 });
  const total = 150_000n;
  let exits = 0;
  const late = await printing();
  while (late.steps < total) {
    if (late.run(total - late.steps) === ExitReason.Console) exits += 1;
    // Each further byte asks again, the one in the last step of a hart's quantum too.
    if (exits % 2000 === 0) late.output();
  }
  expect(exits).toBeGreaterThan(10_000);
  const early = await printing();
  advance(early, total, () => {
    early.output();
    return 1000n;
  });
  expect(late.state()).toEqual(early.state());
});

describe('the budget', () => {
  it('is spent exactly, whatever it is', async () => {
    const machine = await Machine.create('1: addi a0, a0, 1; c.addi a1, 1; j 1b');
    let expected = 0n;
    for (const budget of [0n, 1n, 2n, 3n, 100n, 12_345n]) {
      expect(machine.run(budget)).toBe(ExitReason.Budget);
      expected += budget;
      expect(machine.steps).toBe(expected);
      expect(machine.core.instructions(machine.vm)).toBe(expected);
    }
  });

  it('of harts is shared by quanta in index order', async () => {
    const machine = await Machine.create('1: addi a0, a0, 1; j 1b', { harts: 4 });
    machine.run(12_000n);
    const taken = [0, 1, 2, 3].map((hart) => machine.counter('steps', hart));
    expect(taken).toEqual([5000, 5000, 2000, 0]);
    machine.run(28_000n);
    expect([0, 1, 2, 3].map((hart) => machine.counter('steps', hart))).toEqual([
      10_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('of a budget of steps in virtual time is one tick for each hundred', async () => {
    const machine = await Machine.create('1: j 1b', { harts: 2 });
    machine.run(123_456n);
    expect(machine.core.time(machine.vm)).toBe(1234n);
  });
});
