import { describe, expect, it } from 'vitest';
import type { Core } from '../../src/core/core.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine, newCore } from './machine.js';

/** Steps that a hart runs at a time (assembly/sched/run). */
const QUANTUM = 5000n;

/**
 * Harts that wait for the same times and log who woke up: hart number + 1. Hart 0 first counts down
 * from `delay`, then does `odd` instructions more, so that its WFI may be made any step.
 */
const waiters = (delay: number, odd: number, first: number) => `
  csrr s0, mhartid
  li t0, 0x2004000
  slli t1, s0, 3
  add t0, t0, t1
  li t1, ${first}
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
  li t6, ${first}
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
.balign 8
count: .dword 0
log: .zero 64
`;

async function createOn(core: Core, source: string, harts: number): Promise<Machine> {
  return Machine.create(source, { core, harts, memory: 1 << 20 });
}

/** The waiters of which hart 0's WFI is its `step`th step. */
async function waitersAt(core: Core, step: bigint, harts: number, first: number): Promise<string> {
  const near = Number(step) / 2 - 20;
  const probe = await createOn(core, waiters(near, 0, first), harts);
  probe.runTo('wait');
  const more = Number(step - 1n) - probe.counter('steps', 0);
  core.exports.vmDestroy(probe.vm);
  const source = waiters(near + Math.floor(more / 2), more % 2, first);
  const check = await createOn(core, source, harts);
  check.runTo('wait');
  expect(check.steps).toBe(step - 1n);
  core.exports.vmDestroy(check.vm);
  return source;
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

describe.each([2, 4])('%i harts that wait wake up in an order', (harts) => {
  it.each([
    ['a quantum', QUANTUM, 100_000],
    ['a slice cut at a deadline', 2000n, 20],
  ])('which budgets do not change, when a WFI ends %s', async (_, end, first) => {
    const core = await newCore();
    const logs = new Set<string>();
    for (let step = end - 3n; step <= end + 3n; step += 1n) {
      const source = await waitersAt(core, step, harts, first);
      const whole = await outcome(core, source, harts, () => 1_000_000n);
      expect(whole.log).toHaveLength(3 * harts);
      logs.add(whole.log.join());
      for (const cut of cuts(step)) {
        expect(await outcome(core, source, harts, cut)).toEqual(whole);
      }
    }
    // Whose turn it is does depend on where the quantum ends.
    expect(logs.size).toBeGreaterThan(1);
  });
});
