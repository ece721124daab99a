import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { enter, OFF, START, TRAP_LOG } from './program-parts.js';
import { traps } from './trap-log.js';

const MSIP = 0x200_0000;
const MTIMECMP = 0x200_4000;

describe('interrupts', () => {
  it('are taken right after the csr instruction that enables them (Privileged 3.1.6.1)', async () => {
    const machine = await Machine.create(`
      ${START}
      li a0, ${MSIP}
      li a1, 1
      sw a1, 0(a0)
      li a1, 1 << 3
      csrw mie, a1
      csrs mstatus, a1
first: sw zero, 0(a0)
      csrw mie, a1
      li s0, 1
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine)).toEqual([{ cause: -1 - 3, tval: 0n, epc: machine.at('first') }]);
    expect(machine.x('s0')).toBe(1n);
  });

  it('are taken right after the store that makes them pending', async () => {
    const machine = await Machine.create(`
      ${START}
      li a1, (1 << 3) | (1 << 7)
      csrw mie, a1
      csrsi mstatus, 8
      li a0, ${MSIP}
      li a2, 1
      sw a2, 0(a0)
after: sw zero, 0(a0)
      csrw mie, a1
      li a0, ${MTIMECMP}
      sd zero, 0(a0)
timer: nop
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine).map(({ cause, epc }) => [cause, epc])).toEqual([
      [-1 - 3, machine.at('after')],
      [-1 - 7, machine.at('timer')],
    ]);
  });

  it('are taken in the order MEI, MSI, MTI, SEI, SSI, STI (Privileged 3.1.9)', async () => {
    // The handler disables all but those below the one taken: it clears its own bit in s1.
    const machine = await Machine.create(`
      la t0, handler
      csrw mtvec, t0
      la s11, log
      li a0, 0xc000000
      li a1, 1
      sw a1, 40(a0)               # the console UART's priority
      li a0, 0xc002000
      li a1, 1 << 10
      sw a1, 0(a0)                # enabled for hart 0, M-mode
      sw a1, 0x80(a0)             # and S-mode
      li a0, 0x10000000
      li a1, 2
      sb a1, 1(a0)                # the transmitter is empty: interrupt
      li a0, ${MSIP}
      li a1, 1
      sw a1, 0(a0)
      li a0, ${MTIMECMP}
      sd zero, 0(a0)
      li a1, (1 << 1) | (1 << 5)
      csrs mip, a1
      li s1, 0xaaa
      csrw mie, s1
      csrr s2, mip
      csrsi mstatus, 8
      ${OFF}
.balign 4
handler:
      csrr t0, mcause
      sd t0, 0(s11)
      addi s11, s11, 8
      slli t0, t0, 1
      srli t0, t0, 1
      li t1, 1
      sll t1, t1, t0
      not t1, t1
      and s1, s1, t1
      csrw mie, s1
      mret
.balign 8
log:  .zero 64`);
    machine.finish();
    const order = [];
    for (let at = machine.at('log'); at < machine.x('s11'); at += 8n) {
      order.push(Number(BigInt.asUintN(63, machine.word(at))));
    }
    expect(machine.x('s2')).toBe(0xaaan);
    expect(order).toEqual([11, 3, 7, 9, 1, 5]);
  });

  it('go to base + 4 × cause in vectored mode, exceptions to base (Privileged 3.1.7)', async () => {
    const machine = await Machine.create(`
      la t0, table + 1
      csrw mtvec, t0
      li t0, ${MSIP}
      li t1, 1
      sw t1, 0(t0)
      csrwi mie, 8
      csrsi mstatus, 8
      j .
.balign 256
table:
      j exception
      .zero 8
      j software
software:
      csrw mie, zero
      li s0, 1
      .word 0xffffffff
exception:
      li s1, 1
      ${OFF}`);
    machine.finish();
    expect([machine.x('s0'), machine.x('s1')]).toEqual([1n, 1n]);
  });

  it('of S-mode that are delegated wait while M-mode runs (Privileged 3.1.9)', async () => {
    const machine = await Machine.create(`
      ${START}
      la t0, supervisor
      csrw stvec, t0
      li t0, 0x222
      csrw mideleg, t0
      csrw mie, t0
      csrsi mip, 2
      csrsi mstatus, 8 | 2
      li s0, 1
      ${enter('S')}
      li s0, 2
      ${OFF}
.balign 4
supervisor:
      csrr s1, scause
      csrr s2, sstatus
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(machine.x('s0')).toBe(1n);
    expect(machine.x('s1')).toBe((1n << 63n) | 1n);
    expect(machine.x('s2') & (1n << 8n)).not.toBe(0n);
  });

  it('of the PLIC do not stick in mip by a read-modify-write (Privileged 3.1.9)', async () => {
    const machine = await Machine.create(`
      li a0, 0xc000000
      li a1, 1
      sw a1, 40(a0)
      li a0, 0xc002080
      li a1, 1 << 10
      sw a1, 0(a0)
      li a0, 0x10000000
      li a1, 2
      sb a1, 1(a0)
      csrr s0, mip
      csrsi mip, 2                # reads SEIP as 1, must not write it
      sb zero, 1(a0)
      li a0, 0xc201004
      lw s1, 0(a0)
      sw s1, 0(a0)
      csrr s2, mip
      ${OFF}`);
    machine.finish();
    expect(machine.x('s0')).toBe(1n << 9n);
    expect(machine.x('s1')).toBe(10n);
    expect(machine.x('s2')).toBe(2n);
  });
});

describe('WFI', () => {
  it('waits, and a timer ends it after a skip of virtual time', async () => {
    const machine = await Machine.create(`
      li t0, ${MTIMECMP}
      li t1, 12345
      sd t1, 0(t0)
      li t0, 1 << 7
      csrw mie, t0
      wfi
after: rdtime s0
      ${OFF}`);
    expect(machine.run()).toBe(ExitReason.Idle);
    expect(machine.pc()).toBe(machine.at('after'));
    const waited = machine.steps;
    expect(machine.run()).toBe(ExitReason.Idle);
    expect(machine.steps).toBe(waited);
    expect(machine.core.deadline(machine.vm)).toBe(12345n);
    machine.core.exports.vmSkipTo(machine.vm, 12344n);
    expect(machine.run()).toBe(ExitReason.Idle);
    machine.core.exports.vmSkipTo(machine.vm, 12345n);
    expect(machine.core.time(machine.vm)).toBe(12345n);
    machine.finish();
    // Interrupts are not enabled globally: execution goes on behind the WFI.
    expect(machine.x('s0')).toBe(12345n);
    expect(machine.counter('interrupts')).toBe(0);
  });

  it('takes the interrupt that ended it when it is enabled, with epc behind the WFI', async () => {
    const machine = await Machine.create(`
      ${START}
      li t0, ${MTIMECMP}
      li t1, 500
      sd t1, 0(t0)
      li t0, 1 << 7
      csrw mie, t0
      csrsi mstatus, 8
      wfi
after: nop
      ${OFF}
      ${TRAP_LOG}`);
    expect(machine.run()).toBe(ExitReason.Idle);
    machine.core.exports.vmSkipTo(machine.vm, 500n);
    machine.finish();
    expect(traps(machine)).toEqual([{ cause: -1 - 7, tval: 0n, epc: machine.at('after') }]);
  });

  it('is over at once when an enabled interrupt is pending', async () => {
    const machine = await Machine.create(`
      li t0, ${MSIP}
      li t1, 1
      sw t1, 0(t0)
      csrwi mie, 8
      wfi
      ${OFF}`);
    machine.finish();
  });

  it('is ended by input for an enabled device', async () => {
    const machine = await Machine.create(`
      li a0, 0xc000000
      li a1, 1
      sw a1, 40(a0)
      li a0, 0xc002000
      li a1, 1 << 10
      sw a1, 0(a0)
      li a0, 0x10000000
      li a1, 1
      sb a1, 1(a0)                # received data
      li a1, 1 << 11
      csrw mie, a1
      wfi
      lbu s0, 0(a0)
      ${OFF}`);
    expect(machine.run()).toBe(ExitReason.Idle);
    expect(machine.core.deadline(machine.vm)).toBeUndefined();
    expect(machine.input('A')).toBe(1);
    machine.finish();
    expect(machine.x('s0')).toBe(65n);
  });

  it('traps in U-mode, and in S-mode under TW (Privileged 3.1.6.6)', async () => {
    const machine = await Machine.create(`
      ${START}
      li t0, 1 << 21
      csrs mstatus, t0
      ${enter('S')}
supervisor: wfi
      li a7, 1
      ecall
      ${enter('U')}
user: wfi
      li a7, 1
      ecall
      ${OFF}
      ${TRAP_LOG}`);
    machine.finish();
    expect(traps(machine).map(({ cause, epc }) => [cause, epc])).toEqual([
      [2, machine.at('supervisor')],
      [2, machine.at('user')],
    ]);
  });
});

describe('Sstc', () => {
  it('drives STIP from stimecmp, in virtual time to the step', async () => {
    const machine = await Machine.create(`
      ${START}
      li t0, 1 << 63
      csrw menvcfg, t0
      li t0, 2
      csrw mcounteren, t0
      li t0, 1 << 5
      csrw mie, t0
      csrsi mstatus, 8
      li t0, 40
      csrw stimecmp, t0
1:    j 1b
      ${TRAP_LOG}`);
    // 40 ticks are 4,000 steps: the interrupt is the next one.
    machine.run(4000n);
    expect(machine.counter('interrupts')).toBe(0);
    machine.run(1n);
    expect(machine.counter('interrupts')).toBe(1);
    expect(machine.csr('mcause')).toBe((1n << 63n) | 5n);
    expect(machine.csr('mip') & 32n).toBe(32n);
  });

  it('that is set to never, or nearly so, is no deadline of an idle VM', async () => {
    for (const time of [-1n, -2n, 1n << 62n, (1n << 63n) - 1n]) {
      const machine = await Machine.create(`
      li t0, 1 << 63
      csrw menvcfg, t0
      li t0, 0xa0
      csrw mie, t0
      li t0, ${time}
      csrw stimecmp, t0
      li t1, 0x2004000
      sd t0, 0(t1)
      wfi
      j .`);
      expect(machine.run()).toBe(ExitReason.Idle);
      expect(machine.core.deadline(machine.vm)).toBeUndefined();
    }
  });
});
