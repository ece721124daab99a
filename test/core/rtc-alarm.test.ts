import { describe, expect, it } from 'vitest';
import { ClockKind } from '../../src/core/abi.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { OFF } from './program-parts.js';

/** Nanoseconds; a part of a tick, as calendars have it. */
const ORIGIN = 1_700_000_000_000_000_042n;
const TICK = 100n;
const STEPS_PER_TICK = 100n;
/** Steps of a hart's turn. */
const QUANTUM = 5000n;

/** Opens the way of source 11 to hart 0's M-mode; s0 is the RTC's, and its interrupt enabled. */
const SETUP = `
  la t0, handler
  csrw mtvec, t0
  li s0, 0x101000
  li t0, 0xc000000
  li t1, 1
  sw t1, 44(t0)
  li t0, 0xc002000
  li t1, 1 << 11
  sw t1, 0(t0)
  li t1, 1
  sw t1, 16(s0)
  li t1, 1 << 11
  csrw mie, t1
  csrsi mstatus, 8
`;

/** Sets the alarm to the calendar's time plus `distance` nanoseconds; s3:s2 is that time. */
const setAlarm = (distance: string) => `
  lwu s2, 0(s0)
  lwu s3, 4(s0)
  slli t0, s3, 32
  or s2, s2, t0
  li t0, ${distance}
  add s2, s2, t0
  srli s3, s2, 32
  sw s3, 12(s0)
  sw s2, 8(s0)
`;

/** The first interrupt: claims it, acknowledges it and powers off. */
const HANDLER = `
.balign 4
handler:
  rdtime s4
  lwu s5, 24(s0)
  li t0, 0xc200000
  lw s6, 4(t0)
  sw zero, 28(s0)
  sw s6, 4(t0)
  csrr s7, mip
  ${OFF}
`;

async function machine(body: string, harts = 1): Promise<Machine> {
  const source = `csrr t0, mhartid; bnez t0, spin; ${SETUP} ${body}
spin: j spin
${HANDLER}`;
  const created = await Machine.create(source, { harts });
  created.core.exports.vmClock(created.vm, ClockKind.Virtual, 0n, ORIGIN);
  return created;
}

/** The first tick at which the calendar has reached `alarm`. */
const dueTick = (alarm: bigint) => (alarm - ORIGIN + TICK - 1n) / TICK;

describe("the RTC's alarm", () => {
  it('interrupts at the first tick of its time', async () => {
    const guest = (await machine(setAlarm('50000'))).finish();
    expect(guest.x('s4')).toBe(dueTick(guest.x('s2')));
    // No longer armed; claimed as source 11; and gone once it is acknowledged.
    expect([guest.x('s5'), guest.x('s6'), guest.x('s7')]).toEqual([0n, 11n, 0n]);
  });

  it('interrupts as soon as it is the turn of the hart that takes it', async () => {
    const guest = (await machine(setAlarm('50000'), 3)).finish();
    const late = guest.x('s4') - dueTick(guest.x('s2'));
    expect(late).toBeLessThanOrEqual((2n * QUANTUM) / STEPS_PER_TICK);
  });

  it('interrupts at the same step however the budget is cut', async () => {
    const whole = (await machine(setAlarm('50000'))).finish();
    const cut = await machine(setAlarm('50000'));
    while (cut.run(7n) === ExitReason.Budget);
    expect(cut.steps).toBe(whole.steps);
    expect(cut.x('s4')).toBe(whole.x('s4'));
    const due = dueTick(whole.x('s2'));
    // The handler's part, from its first step, which is the interrupt.
    expect(whole.steps - due * STEPS_PER_TICK).toBeLessThan(40n);
  });

  it('wakes an idle VM, which tells when', async () => {
    const guest = await machine(`${setAlarm('3600000000000')} wfi; j .`);
    expect(guest.run()).toBe(ExitReason.Idle);
    const due = dueTick(guest.x('s2'));
    expect(guest.core.deadline(guest.vm)).toBe(due);
    guest.core.exports.vmSkipTo(guest.vm, due - 1n);
    expect(guest.run()).toBe(ExitReason.Idle);
    guest.core.exports.vmSkipTo(guest.vm, due);
    expect(guest.csr('mip')).toBe(1n << 11n);
    guest.finish();
    expect(guest.x('s4')).toBe(due);
  });

  it('is armed until it fires or is cleared', async () => {
    const guest = await machine(`
      lwu s8, 24(s0)
      ${setAlarm('50000')}
      lwu s9, 24(s0)
      lwu a2, 8(s0)
      lwu a3, 12(s0)
      sw zero, 20(s0)
      lwu s10, 24(s0)
      wfi`);
    expect(guest.run()).toBe(ExitReason.Idle);
    expect(['s8', 's9', 's10'].map((name) => guest.x(name))).toEqual([0n, 1n, 0n]);
    expect((guest.x('a3') << 32n) | guest.x('a2')).toBe(guest.x('s2'));
    expect(guest.core.deadline(guest.vm)).toBeUndefined();
  });

  it('fires unseen while its interrupt is disabled, which enabling then shows', async () => {
    const guest = await machine(`
      sw zero, 16(s0)
      ${setAlarm('10000')}
      li t0, 10000
1:    addi t0, t0, -1
      bnez t0, 1b
      lwu s8, 24(s0)
      rdtime s9
      li t0, 1
      sw t0, 16(s0)`);
    guest.finish();
    expect(guest.x('s8')).toBe(0n);
    expect(guest.x('s9')).toBeGreaterThan(dueTick(guest.x('s2')) + 50n);
    expect(guest.x('s4') - guest.x('s9')).toBeLessThan(2n);
  });

  it('stays where it is when the calendar is set', async () => {
    const guest = await machine(`
      ${setAlarm('50000')}
      addi t1, s3, 1
      sw t1, 4(s0)
      sw zero, 0(s0)`);
    guest.finish();
    expect(guest.x('s4')).toBe(dueTick(guest.x('s2')));
  });

  it('never comes when it is set to the end of time', async () => {
    const guest = await machine('li t0, -1; sw t0, 12(s0); sw t0, 8(s0); lwu s8, 24(s0); wfi');
    expect(guest.run()).toBe(ExitReason.Idle);
    expect(guest.x('s8')).toBe(1n);
    expect(guest.core.deadline(guest.vm)).toBeGreaterThan(1n << 56n);
  });
});
