import { describe, expect, it } from 'vitest';
import { HART_COUNTERS } from '../../src/core/abi.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { START, TRAP_LOG } from './program-parts.js';
import { call, create, HSM } from './sbi-calls.js';

const counts = (machine: Machine, hart = 0) =>
  ['mcycle', 'minstret', 'cycle', 'instret'].map((name) => machine.csr(name, hart));

describe('what the host reads of mcycle and minstret between runs', () => {
  it('is the steps taken and the instructions retired', async () => {
    const machine = await Machine.create(
      `${START}
1:    addi a0, a0, 1
      .word 0xffffffff
      j 1b
      ${TRAP_LOG}`,
      { harts: 2, started: 1 },
    );
    expect(counts(machine)).toEqual([0n, 0n, 0n, 0n]);
    for (const steps of [1n, 9n, 90n, 1n, 0n, 300n]) {
      machine.run(steps);
      const retired = machine.steps - BigInt(machine.counter('unretired'));
      expect(counts(machine)).toEqual([machine.steps, retired, machine.steps, retired]);
      expect(machine.core.instructions(machine.vm)).toBe(retired);
    }
    expect(machine.counter('unretired')).toBeGreaterThan(5);
    // A hart that never ran has counted nothing.
    expect(counts(machine, 1)).toEqual([0n, 0n, 0n, 0n]);
  });

  it('is what the guest read, and one for each instruction since', async () => {
    const machine = await Machine.create('nop; csrr s0, mcycle; csrr s1, minstret; nop; j .');
    machine.run(4n);
    expect([machine.x('s0'), machine.x('s1')]).toEqual([1n, 2n]);
    expect(counts(machine)).toEqual([4n, 4n, 4n, 4n]);
  });

  it('follows what the guest wrote (Privileged 3.1.10)', async () => {
    const machine = await Machine.create(
      'li a0, 1000; csrw mcycle, a0; csrr s0, mcycle; csrw minstret, a0; csrr s1, minstret; j .',
    );
    machine.run(3n);
    // The write takes the place of its own instruction's count.
    expect([machine.x('s0'), machine.csr('mcycle')]).toEqual([1000n, 1001n]);
    machine.run(2n);
    expect([machine.x('s1'), machine.csr('minstret')]).toEqual([1000n, 1001n]);
    expect(machine.csr('mcycle')).toBe(1003n);
  });
});

it('a hart’s counters go on when it is started again (SBI 9.1)', async () => {
  const machine = await create(
    `${call(HSM, 0, 1, 'other', 0)}
1:    ${call(HSM, 2, 1)}
      addi s1, s1, -16
      ld s3, 8(s1)
      addi s3, s3, -1
      bnez s3, 1b
again: ${call(HSM, 0, 1, 'other', 0)}
2:    ${call(HSM, 2, 1)}
      addi s1, s1, -16
      ld s3, 8(s1)
      addi s3, s3, -1
      bnez s3, 2b
last: ${call(HSM, 1)}
.balign 4
other:
      la t0, handler
      csrw stvec, t0
      .word 0xffffffff
.balign 4
handler:
      ld t0, 0(t0)
      ${call(HSM, 1)}`,
    { harts: 2 },
  );
  const counters = () => HART_COUNTERS.map((name) => machine.counter(name, 1));
  machine.runTo('again');
  const first = counters();
  const cycles = machine.csr('mcycle', 1);
  expect(machine.counter('exceptions', 1)).toBe(1);
  expect(machine.counter('steps', 1)).toBeGreaterThan(3);
  expect(machine.counter('missRead', 1)).toBeGreaterThan(0);
  expect(machine.run()).toBe(ExitReason.Stopped);
  const second = counters();
  for (const [n, value] of first.entries()) {
    // How much of it was translated by then is the host's affair.
    if (HART_COUNTERS[n]?.startsWith('region')) continue;
    // The same was done again, and the TLB was empty again.
    expect([HART_COUNTERS[n], second[n]]).toEqual([HART_COUNTERS[n], 2 * value]);
  }
  expect(machine.csr('mcycle', 1)).toBe(2n * cycles);
});

it('a hart’s counters go on over a suspension that keeps nothing (SBI 9.4)', async () => {
  const machine = await create(
    `li t0, 1 << 5
      csrw sie, t0
      la t0, resumed
      csrw stvec, t0
      .word 0xffffffff
.balign 4
resumed:
      ${call(HSM, 3, 0x8000_0000, 'resumed', 0)}`,
  );
  expect(machine.run()).toBe(ExitReason.Idle);
  expect(machine.counter('exceptions')).toBe(1);
  expect(BigInt(machine.counter('steps'))).toBe(machine.steps);
  expect(counts(machine)[0]).toBe(machine.steps);
});

it('slow steps are those that the inner loop did not take', async () => {
  const machine = await Machine.create(`
      la t0, handler
      csrw mtvec, t0
      li t1, 1000
1:    addi t1, t1, -1
      bnez t1, 1b
      ecall
.balign 4
handler:
      la t0, last
      csrw mtvec, t0
      li t0, 8
      csrw mie, t0
      csrw mip, t0
      ld t0, 0(zero)
.balign 4
last: j last`);
  machine.run(3000n);
  // Three CSR writes, an ECALL, a load from nowhere; that each was decoded first is no step.
  expect(machine.counter('exceptions')).toBe(2);
  expect(machine.counter('slow')).toBe(6);
});
