import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { Machine } from '../machine.js';
import { OFF } from '../program-parts.js';
import { FRAMES } from '../translated.js';
import { runToStop, step, stopping, WRITE, watch } from './rig.js';

describe('a single step', () => {
  it('takes one instruction of one hart', async () => {
    const machine = await Machine.create('1: addi s0, s0, 1\n j 1b', { harts: 2 });
    expect(step(machine, 1)).toBe(ExitReason.Budget);
    expect(step(machine, 1)).toBe(ExitReason.Budget);
    expect(step(machine, 1)).toBe(ExitReason.Budget);
    expect([machine.x('s0', 0), machine.x('s0', 1)]).toEqual([0n, 2n]);
    expect(machine.steps).toBe(3n);
  });

  it('goes past a breakpoint where it begins, and stops at none', async () => {
    const machine = await stopping('here: nop\n there: nop\n j .', ['here', 'there']);
    step(machine);
    expect(machine.pc()).toBe(machine.at('there'));
    // Where a step ended is not passed yet.
    runToStop(machine);
    expect(machine.pc()).toBe(machine.at('there'));
  });

  it('takes a trap as a step, and no interrupt', async () => {
    const machine = await Machine.create(`
      la t0, handler
      csrw mtvec, t0
      li t0, 8
      csrw mie, t0
      csrsi mstatus, 8
      li t0, 0x2000000
      li t1, 1
      send: sw t1, 0(t0)
      next: nop
      ecall
      .balign 4
      handler: j .`);
    machine.runTo('send');
    step(machine);
    step(machine);
    expect(machine.pc()).toBe(machine.at('next') + 4n);
    machine.core.exports.hartSetCsr(machine.vm, 0, 0x300, 0n);
    step(machine);
    expect(machine.pc()).toBe(machine.at('handler'));
    expect(machine.csr('mcause')).toBe(11n);
  });

  it('leaves the interrupt to the next run', async () => {
    const machine = await Machine.create(`
      la t0, handler
      csrw mtvec, t0
      li t0, 8
      csrw mie, t0
      csrsi mstatus, 8
      li t0, 0x2000000
      li t1, 1
      send: sw t1, 0(t0)
      next: nop
      j .
      .balign 4
      handler: j .`);
    machine.runTo('send');
    step(machine);
    step(machine);
    machine.run(1n);
    expect(machine.pc()).toBe(machine.at('handler'));
    expect(machine.csr('mepc')).toBe(machine.at('next') + 4n);
  });

  it('ends a wait for interrupts', async () => {
    const machine = await Machine.create('wfi\n after: addi s0, s0, 1\n j .');
    expect(machine.run()).toBe(ExitReason.Idle);
    expect(machine.core.exports.hartActivity(machine.vm, 0)).toBe(2);
    step(machine);
    expect(machine.x('s0')).toBe(1n);
  });

  it('does nothing to a stopped hart', async () => {
    const machine = await Machine.create('j .', { harts: 2, sbi: true });
    expect(machine.core.exports.hartActivity(machine.vm, 1)).toBe(1);
    expect(step(machine, 1)).toBe(ExitReason.Budget);
    expect(machine.steps).toBe(0n);
  });

  it('stops before a watched access without a step', async () => {
    const machine = await Machine.create('li s0, 0x80200000\n here: sd s0, 0(s0)\n j .');
    machine.runTo('here');
    watch(machine, FRAMES, 8, WRITE);
    const steps = machine.steps;
    expect(step(machine)).toBe(ExitReason.Debug);
    expect(machine.steps).toBe(steps);
    expect(step(machine)).toBe(ExitReason.Budget);
    expect(machine.word(FRAMES)).toBe(FRAMES);
  });

  it('ends the machine if its instruction does', async () => {
    const machine = await Machine.create(`${OFF}`);
    for (let n = 0; n < 20; n++) {
      if (step(machine) === ExitReason.Shutdown) return;
    }
    expect.unreachable('the machine did not power off');
  });
});
