import { describe, expect, it } from 'vitest';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, newCore } from './machine.js';

/** Steps that a hart runs at a time (assembly/sched/run). */
const QUANTUM = 5000n;
/** mtime of the first wake-up. */
const FIRST = 100_000;

/**
 * Harts that wait for the same times and log who woke up: hart number + 1. Hart 0 first counts down
 * from `delay`, then does `odd` instructions more, so that its WFI may be made any step; the others wait
 * by then. The last hart's timer falls due at `early`, which wakes nobody, but is a deadline.
 */
const waiters = (delay: number, odd: number, harts: number, early: bigint) => `
  csrr s0, mhartid
  li t0, 0x2004000
  slli t1, s0, 3
  add t0, t0, t1
  li t2, ${harts - 1}
  li t1, ${early}
  beq s0, t2, passive
  li t1, ${FIRST}
  sd t1, 0(t0)
  li t1, 128
  csrw mie, t1
  bnez s0, wait
  ${'nop\n'.repeat(odd)}
  li t2, ${delay}
1: addi t2, t2, -1
  bnez t2, 1b
wait:
  wfi
  addi s0, s0, 1
  li s1, 3
  li t6, ${FIRST}
2:
  la t3, count
  li t4, 1
  amoadd.d t5, t4, (t3)
  la t3, log
  add t3, t3, t5
  sb s0, 0(t3)
  slli t6, t6, 1
  sd t6, 0(t0)
  wfi
  addi s1, s1, -1
  bnez s1, 2b
  li t6, -1
  sd t6, 0(t0)
3:
  wfi
  j 3b
passive:
  sd t1, 0(t0)
  j 3b
.balign 8
count: .dword 0
log: .zero 64
`;

async function createOn(core: Core, source: string, harts: number): Promise<Machine> {
  return Machine.create(source, { core, harts, memory: 1 << 20 });
}

/**
 * The waiters of which hart 0's WFI is step number `step`, as `count` counts them; and which it is of
 * all harts' steps.
 */
async function waitersAt(
  core: Core,
  step: bigint,
  harts: number,
  early: bigint,
  count: (machine: Machine) => bigint,
): Promise<{ source: string; at: bigint }> {
  const near = Number(step / 2n) - 100;
  const probe = await createOn(core, waiters(near, 0, harts, early), harts);
  const more = Number(step - 1n - count(probe.runTo('wait')));
  core.exports.vmDestroy(probe.vm);
  const source = waiters(near + Math.floor(more / 2), more % 2, harts, early);
  const check = await createOn(core, source, harts);
  expect(count(check.runTo('wait'))).toBe(step - 1n);
  const at = check.steps + 1n;
  core.exports.vmDestroy(check.vm);
  return { source, at };
}

/** Runs until nothing is left to wait for, by the budgets that `budgetAt` gives. */
async function outcome(
  core: Core,
  source: string,
  harts: number,
  budgetAt: (steps: bigint) => bigint,
) {
  const machine = await createOn(core, source, harts);
  for (;;) {
    const reason = machine.run(budgetAt(machine.steps));
    if (reason === ExitReason.Budget) continue;
    expect(reason).toBe(ExitReason.Idle);
    const deadline = core.deadline(machine.vm);
    if (deadline === undefined) break;
    core.exports.vmSkipTo(machine.vm, deadline);
  }
  const log = [...machine.ram.read(machine.at('log'), Number(machine.word('count')))];
  const result = { log, state: machine.state() };
  core.exports.vmDestroy(machine.vm);
  return result;
}

/** Single steps around `step`; a call that ends with it; other cuts. */
const cuts = (step: bigint): readonly ((steps: bigint) => bigint)[] => [
  (steps) => (steps < step - 20n ? step - 20n - steps : steps < step + 100n ? 1n : QUANTUM),
  (steps) => (steps < step ? step - steps : 100_000n),
  () => 97n,
];

const own = (machine: Machine) => BigInt(machine.counter('steps', 0));
const all = (machine: Machine) => machine.steps;

describe.each([2, 4])('%i harts that wait wake up in an order', (wakers) => {
  // While the others wait, hart 0 has one quantum after another.
  it.each([
    ['a quantum', 2n * QUANTUM, -1n, own],
    ['a slice cut at a deadline', 7000n, 70n, all],
  ])('which budgets do not change, when a WFI ends %s', async (_, end, early, count) => {
    const core = await newCore();
    const harts = wakers + 1;
    const logs = new Set<string>();
    for (let step = end - 2n; step <= end + 2n; step += 1n) {
      const { source, at } = await waitersAt(core, step, harts, early, count);
      const whole = await outcome(core, source, harts, () => 1_000_000n);
      expect(whole.log).toHaveLength(3 * wakers);
      logs.add(whole.log.join());
      for (const cut of cuts(at)) {
        expect(await outcome(core, source, harts, cut)).toEqual(whole);
      }
    }
    // Whose turn it is does depend on where the slice ends.
    expect(logs.size).toBeGreaterThan(1);
  });
});
