import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { enter, OFF, START, TO_MACHINE, TRAP_LOG } from './program-parts.js';
import { causes, traps } from './trap-log.js';

describe('exceptions', () => {
  it('name their cause, their value and where they happened (Privileged 3.1.15, 3.1.16)', async () => {
    const machine = await Machine.create(`
      ${START}
illegal:
      .word 0xffffffff
breakpoint:
      ebreak
call:
      ecall
      li a0, 0x40000000
load:
      ld a1, 0(a0)
store:
      sd a1, 8(a0)
readonly:
      csrw mhartid, zero
      la s10, 1f
      jr a0
1:    ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine)).toEqual([
      { cause: 2, tval: 0xffff_ffffn, epc: machine.at('illegal') },
      { cause: 3, tval: machine.at('breakpoint'), epc: machine.at('breakpoint') },
      { cause: 11, tval: 0n, epc: machine.at('call') },
      { cause: 5, tval: 0x4000_0000n, epc: machine.at('load') },
      { cause: 7, tval: 0x4000_0008n, epc: machine.at('store') },
      { cause: 2, tval: 0xf140_1073n, epc: machine.at('readonly') },
      { cause: 1, tval: 0x4000_0000n, epc: 0x4000_0000n },
    ]);
  });

  it('of an ecall tell the mode it came from (Privileged 3.3.1)', async () => {
    const machine = await Machine.create(`
      ${START}
      ${enter('S')}
      ecall
      ${TO_MACHINE}
      ${enter('U')}
      ecall
      ${TO_MACHINE}
      ecall
      ${OFF}
      ${TRAP_LOG}`);
    expect(causes(machine.finish())).toEqual([9, 8, 11]);
  });

  it('are instructions that did not retire, and steps that were taken', async () => {
    const machine = await Machine.create(`
      ${START}
      csrr s0, minstret
      .word 0xffffffff
      csrr s1, minstret
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(machine.core.instructions(machine.vm)).toBe(machine.steps - 1n);
    expect(machine.counter('exceptions')).toBe(1);
    // The first csrr itself and the handler's 21 instructions, but not the illegal word.
    expect(machine.x('s1') - machine.x('s0')).toBe(22n);
  });

  it('that S-mode was given go to stvec, from S and U but not from M (Privileged 3.1.8)', async () => {
    const machine = await Machine.create(`
      ${START}
      li a0, 1 << 2
      csrw medeleg, a0
      la a0, supervisor
      csrw stvec, a0
      .word 0xffffffff
      ${enter('U')}
user: .word 0xffffffff
      j .
.balign 4
supervisor:
      csrr s0, scause
      csrr s1, sepc
      csrr s2, stval
      csrr s3, sstatus
      ${TO_MACHINE}
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(causes(machine)).toEqual([2]);
    expect(machine.x('s0')).toBe(2n);
    expect(machine.x('s1')).toBe(machine.at('user'));
    expect(machine.x('s2')).toBe(0xffff_ffffn);
    expect(machine.x('s3') & (1n << 8n)).toBe(0n);
  });

  it('are returned from with MPRV cleared below M-mode, and MPIE set (Privileged 3.1.6.3)', async () => {
    const machine = await Machine.create(`
      ${START}
      li a0, (1 << 17) | (1 << 7)
      csrs mstatus, a0
      ${enter('S')}
      ${TO_MACHINE}
      csrr s0, mstatus
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(machine.x('s0') & (1n << 17n)).toBe(0n);
    expect(machine.x('s0') & (1n << 7n)).not.toBe(0n);
  });
});

describe('a trap loop', () => {
  const LOOP = `
    la t0, illegal
    csrw mtvec, t0
    j illegal
.balign 4
illegal:
    .word 0xffffffff`;

  it('spends its budget exactly', async () => {
    const machine = await Machine.create(LOOP);
    for (const budget of [1n, 2n, 3n, 7n, 1000n, 100_001n]) {
      const before = machine.steps;
      expect(machine.run(budget)).toBe(ExitReason.Budget);
      expect(machine.steps).toBe(before + budget);
    }
    expect(machine.counter('exceptions')).toBe(Number(machine.steps) - 4);
    expect(machine.core.instructions(machine.vm)).toBe(4n);
  });

  it('does so with a timer interrupt pending and enabled', async () => {
    const machine = await Machine.create(`
      li t0, 0x2004000
      sd zero, 0(t0)
      li t0, 1 << 7
      csrw mie, t0
      li t0, 1 << 3
      csrs mstatus, t0
      ${LOOP}`);
    for (const budget of [1n, 1n, 50n, 10_000n]) {
      const before = machine.steps;
      expect(machine.run(budget)).toBe(ExitReason.Budget);
      expect(machine.steps).toBe(before + budget);
    }
    expect(machine.counter('exceptions') + machine.counter('interrupts')).toBeGreaterThan(10_000);
  });

  it('does so with no executable memory at the vector', async () => {
    const machine = await Machine.create('li t0, 0x1000; csrw mtvec, t0; .word 0xffffffff');
    expect(machine.run(10_000n)).toBe(ExitReason.Budget);
    expect(machine.steps).toBe(10_000n);
    expect(machine.csr('mcause')).toBe(1n);
  });
});
