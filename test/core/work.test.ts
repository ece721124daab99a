import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, type MachineOptions, PLENTY } from './machine.js';
import { ALL, leaf } from './page-tables.js';
import { call, RFENCE } from './sbi-calls.js';
import { satpFor, TABLES } from './translated.js';

/** Each time around, a store drops the code that is run next. */
const SELF_MODIFYING = `
    la t0, 1f
    lw t1, 0(t0)
1:  addi a0, a0, 1
    sw t1, 0(t0)
    j 1b`;

/** Guests whose steps cost a hundred to ten thousand times an ordinary one, for ever. */
const LOOPS: readonly (readonly [string, string, MachineOptions])[] = [
  ['SFENCE.VMA of everything', '1: addi a0, a0, 1; sfence.vma; j 1b', {}],
  ['SFENCE.VMA of an address space', 'li a1, 7; 1: addi a0, a0, 1; sfence.vma zero, a1; j 1b', {}],
  [
    'SFENCE.VMA of an address in a gigapage',
    `li t0, ${satpFor(TABLES)}
    csrw satp, t0
    li s2, 0x80000000
    ld s3, 0(s2)
1:  addi a0, a0, 1
    sfence.vma s2
    j 1b`,
    { sbi: true },
  ],
  [
    'remote fences of 64 pages with a gigapage seen',
    `li t0, ${satpFor(TABLES)}
    csrw satp, t0
    la s1, notes
1:  ${call(RFENCE, 1, 1, 0, 0x8000_0000, 64 * 4096)}
    addi s1, s1, -16
    addi s2, s2, 1
    j 1b
.balign 64
notes: .zero 16`,
    { sbi: true },
  ],
  [
    'remote fences of 32 harts, page by page',
    `la s1, notes
1:  ${call(RFENCE, 1, 0, -1n, 0x8000_0000, 32 * 4096)}
    addi s1, s1, -16
    addi s2, s2, 1
    j 1b
.balign 64
notes: .zero 16`,
    { sbi: true, harts: 32 },
  ],
  [
    'timers set anew, which all of 32 harts look at',
    'li a1, 0x2004000; 1: addi a0, a0, 1; sd a1, 0(a1); j 1b',
    { harts: 32, started: 1 },
  ],
  [
    'interrupts’ priorities set anew, which the lines of 32 harts follow',
    'li a1, 0xc000028; 1: addi a0, a0, 1; sw a0, 0(a1); j 1b',
    { harts: 32, started: 1 },
  ],
  ['code that changes itself', SELF_MODIFYING, {}],
  ['code that changes itself, seen by 32 harts', SELF_MODIFYING, { harts: 32, started: 1 }],
  [
    'PMP that changes',
    'li a1, 0x1f << 8; 1: addi a0, a0, 1; csrw pmpcfg0, a1; csrw pmpcfg0, zero; j 1b',
    {},
  ],
  ['PMP addresses that change', 'li a1, 1 << 20; 1: addi a0, a0, 1; csrw pmpaddr3, a0; j 1b', {}],
];

async function start(source: string, options: MachineOptions): Promise<Machine> {
  const machine = await Machine.create(source, options);
  machine.ram.writeU64(TABLES + 16n, leaf(0x8000_0000n, ALL));
  return machine;
}

describe.each(LOOPS)('%s', (_, source, options) => {
  it('ends a call long before a large budget is spent', async () => {
    const machine = await start(source, options);
    // One step of these costs 50 others or more: 2 ms are well below 100,000 steps.
    for (let calls = 0; calls < 3; calls++) {
      const before = machine.steps;
      expect(machine.core.run(machine.vm, PLENTY, 0n, 0n)).toBe(ExitReason.Budget);
      expect(machine.steps).toBeGreaterThan(before);
      expect(machine.steps - before).toBeLessThan(100_000n);
    }
  });

  it('does the same, step for step, however its calls end', async () => {
    const total = 3000n;
    const whole = await start(source, options);
    expect(whole.run(total)).toBe(ExitReason.Budget);
    const single = await start(source, options);
    // No call of one step has work enough to end early.
    for (let steps = 0n; steps < total; steps += 1n) {
      expect(single.core.run(single.vm, 1n, 0n, 0n)).toBe(ExitReason.Budget);
      if (single.steps !== steps + 1n) throw new Error(`${steps} steps, and then none`);
    }
    expect(whole.steps).toBe(total);
    expect(whole.state()).toEqual(single.state());
    expect(whole.core.time(whole.vm)).toBe(single.core.time(single.vm));
  });
});

it('ordinary steps are taken in one call, as many as were asked for', async () => {
  const machine = await Machine.create('1: addi a0, a0, 1; sd a0, 64(sp); j 1b', {});
  machine.core.exports.hartSetRegister(machine.vm, 0, 2, 0x8000_1000n);
  expect(machine.core.run(machine.vm, 1_000_000n, 0n, 0n)).toBe(ExitReason.Budget);
  expect(machine.steps).toBe(1_000_000n);
});

it('a PMP register written with what it holds costs an ordinary step', async () => {
  const machine = await Machine.create(
    '1: csrw pmpcfg0, zero; csrw pmpaddr0, zero; addi a0, a0, 1; j 1b',
  );
  expect(machine.core.run(machine.vm, 100_000n, 0n, 0n)).toBe(ExitReason.Budget);
  expect(machine.steps).toBe(100_000n);
});
