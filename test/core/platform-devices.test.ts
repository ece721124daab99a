import { describe, expect, it } from 'vitest';
import { ClockKind } from '../../src/core/abi.js';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { OFF, START, TRAP_LOG } from './program-parts.js';
import { causes } from './trap-log.js';

const run = async (body: string, harts = 1) =>
  (
    await Machine.create(
      `${START} csrr t0, mhartid; bnez t0, park; ${body} ${OFF}
park: j park
      ${TRAP_LOG}`,
      { harts },
    )
  ).finish();

describe('the CLINT', () => {
  it('sets and clears MSIP of each hart', async () => {
    const machine = await run(
      `li s0, 0x2000000
      li a0, 0xffffffff
      sw a0, 4(s0)
      lw s1, 4(s0)
      sw a0, 0(s0)
      csrr s2, mip
      sw zero, 0(s0)
      csrr s3, mip
      sw a0, 8(s0)                # no such hart
      lw s4, 8(s0)`,
      2,
    );
    expect(['s1', 's2', 's3', 's4'].map((name) => machine.x(name))).toEqual([1n, 8n, 0n, 0n]);
    expect(machine.csr('mip', 1)).toBe(8n);
  });

  it('compares mtime with mtimecmp, by halves or whole', async () => {
    const machine = await run(`
      li s0, 0x2004000
      ld s1, 0(s0)
      sw zero, 0(s0)
      ld s2, 0(s0)
      csrr s3, mip
      sw zero, 4(s0)
      csrr s4, mip
      li a0, -1
      sd a0, 0(s0)
      csrr s5, mip
      lwu s6, 4(s0)`);
    const ones = (1n << 64n) - 1n;
    expect(['s1', 's2', 's3', 's4', 's5', 's6'].map((name) => machine.x(name))).toEqual([
      ones,
      ones - 0xffff_ffffn,
      0n,
      128n,
      0n,
      0xffff_ffffn,
    ]);
  });

  it('shows mtime, which the guest cannot set; the time CSR is the same', async () => {
    const machine = await run(`
      li s0, 0x200bff8
      li a0, 1 << 40
      sd a0, 0(s0)
      ld s1, 0(s0)
      rdtime s2
      lwu s3, 4(s0)`);
    expect(machine.x('s1')).toBeLessThan(100n);
    expect(machine.x('s2') - machine.x('s1')).toBeLessThan(2n);
    expect(machine.x('s3')).toBe(0n);
  });

  it('has nothing behind mtime: it reads as 0', async () => {
    const machine = await run(`
      li s0, 0x200bff8
      li a0, 2000
1:    addi a0, a0, -1
      bnez a0, 1b
      ld s1, 0(s0)
      ld s2, 8(s0)
      lw s3, 8(s0)
      li s0, 0x200fff8
      ld s4, 0(s0)
      sd s1, 0(s0)`);
    expect(machine.x('s1')).toBeGreaterThan(30n);
    expect(['s2', 's3', 's4'].map((name) => machine.x(name))).toEqual([0n, 0n, 0n]);
  });

  it('takes no other widths: access faults', async () => {
    const machine = await run(`
      li s0, 0x2000000
      lb a0, 0(s0)
      ld a0, 0(s0)
      sh a0, 0(s0)`);
    expect(causes(machine)).toEqual([5, 5, 7]);
  });
});

describe('the PLIC', () => {
  /** The console UART (source 10) wants attention; `body` runs with s0 at the PLIC. */
  const withUart = (body: string) =>
    run(`
      li s0, 0xc000000
      li s1, 0x10000000
      li s2, 0xc002000
      li s3, 0xc200000
      li a0, 5
      sw a0, 40(s0)
      li a0, 1 << 10
      sw a0, 0(s2)
      li a0, 2
      sb a0, 1(s1)
      ${body}`);

  it('shows, claims and completes', async () => {
    const machine = await withUart(`
      li a1, 0xc001000
      lwu s4, 0(a1)
      csrr s5, mip
      lw s6, 4(s3)                # claim
      lwu s7, 0(a1)
      csrr s8, mip
      lw s9, 4(s3)                # nothing more
      sw s6, 4(s3)                # complete: the level is still high
      lw a2, 4(s3)
      lbu a0, 2(s1)               # the UART's reason goes
      sw a2, 4(s3)
      lw a3, 4(s3)`);
    expect(machine.x('s4')).toBe(1n << 10n);
    expect(machine.x('s5')).toBe(1n << 11n);
    expect(machine.x('s6')).toBe(10n);
    expect([machine.x('s7'), machine.x('s8'), machine.x('s9')]).toEqual([0n, 0n, 0n]);
    expect([machine.x('a2'), machine.x('a3')]).toEqual([10n, 0n]);
  });

  it('interrupts only above the threshold, but gives claims whatever it is', async () => {
    const machine = await withUart(`
      li a0, 5
      sw a0, 0(s3)
      csrr s4, mip
      li a0, 4
      sw a0, 0(s3)
      csrr s5, mip
      li a0, 7
      sw a0, 0(s3)
      lw s6, 4(s3)
      lw s7, 0(s3)`);
    expect(['s4', 's5', 's6', 's7'].map((name) => machine.x(name))).toEqual([0n, 2048n, 10n, 7n]);
  });

  it('never interrupts with priority 0, nor for what is not enabled', async () => {
    const machine = await withUart(`
      sw zero, 40(s0)
      csrr s4, mip
      lw s5, 4(s3)
      li a0, 1
      sw a0, 40(s0)
      sw zero, 0(s2)
      csrr s6, mip
      lw s7, 4(s3)`);
    expect(['s4', 's5', 's6', 's7'].map((name) => machine.x(name))).toEqual([0n, 0n, 0n, 0n]);
  });

  it('prefers the higher priority, then the lower number', async () => {
    const machine = await withUart(`
      li a1, 0x101000             # the RTC, source 11: an alarm in the past
      li a0, 1
      sw a0, 0x10(a1)
      sw zero, 0x0c(a1)
      sw zero, 0x08(a1)
      li a0, (1 << 10) | (1 << 11)
      sw a0, 0(s2)
      li a0, 6
      sw a0, 44(s0)
      lw s4, 4(s3)
      lw s5, 4(s3)
      sw s4, 4(s3)
      sw s5, 4(s3)
      li a0, 5
      sw a0, 44(s0)
      lw s6, 4(s3)`);
    expect(['s4', 's5', 's6'].map((name) => machine.x(name))).toEqual([11n, 10n, 10n]);
  });

  it('ignores a completion of what the context has not enabled or claimed', async () => {
    const machine = await withUart(`
      lw s4, 4(s3)
      li a0, 0xc201000            # hart 0, S-mode: enables nothing
      sw s4, 4(a0)
      li a0, 11
      sw a0, 4(s3)
      li a0, 4000
      sw a0, 4(s3)
      csrr s5, mip
      sw s4, 4(s3)
      csrr s6, mip`);
    expect(['s4', 's5', 's6'].map((name) => machine.x(name))).toEqual([10n, 0n, 2048n]);
  });

  it('keeps 3 bits of priority and threshold, and no source 0', async () => {
    const machine = await withUart(`
      li a0, -1
      sw a0, 0(s0)
      lw s4, 0(s0)
      sw a0, 4(s0)
      lw s5, 4(s0)
      sw a0, 0(s2)
      lwu s6, 0(s2)
      sw a0, 0(s3)
      lw s7, 0(s3)`);
    expect(['s4', 's5', 's6', 's7'].map((name) => machine.x(name))).toEqual([
      0n,
      7n,
      0xffff_fffen,
      7n,
    ]);
  });
});

describe('the test finisher', () => {
  it.each([
    ['passes', 'sw', 0x5555, ExitReason.Shutdown, 0],
    ['fails with a code', 'sw', 0x2a_3333, ExitReason.Shutdown, 42],
    ['fails by a halfword', 'sh', 0x3333, ExitReason.Shutdown, 0],
    ['resets', 'sw', 0x7777, ExitReason.Reset, 0],
  ])('%s', async (_, store, value, reason, code) => {
    const machine = await Machine.create(
      `li a0, 0x100000; li a1, ${value}; ${store} a1, 0(a0); j .`,
    );
    expect(machine.run(100n)).toBe(reason);
    expect(machine.core.exitCode(machine.vm)).toBe(code);
    expect(machine.steps).toBeLessThan(10n);
  });

  it('ignores other values and places, and reads as 0', async () => {
    const machine = await Machine.create(`
      li a0, 0x100000; li a1, 0x1234; sw a1, 0(a0); li a1, 0x5555; sw a1, 4(a0); lw a2, 0(a0); j .`);
    expect(machine.run(100n)).toBe(ExitReason.Budget);
    expect(machine.x('a2')).toBe(0n);
  });
});

describe('the RTC (goldfish)', () => {
  it('shows nanoseconds since 1970 by the VM’s clock, the high half latched by the low', async () => {
    const machine = await Machine.create(`
      li s0, 0x101000
      lwu s1, 0(s0)
      lwu s2, 4(s0)
      li t0, 200
1:    addi t0, t0, -1
      bnez t0, 1b
      lwu s3, 0(s0)
      ${OFF}`);
    const origin = 1_700_000_000_123_456_789n;
    machine.core.exports.vmClock(machine.vm, ClockKind.Virtual, 0n, origin);
    machine.finish();
    const first = (machine.x('s2') << 32n) | machine.x('s1');
    expect(first).toBe(origin);
    // 403 steps later: four ticks of 100 ns.
    expect(machine.x('s3') - machine.x('s1')).toBe(400n);
  });

  it('can be set, and interrupts for an alarm that is past', async () => {
    const machine = await run(`
      li s0, 0x101000
      sw zero, 4(s0)
      li a0, 5000
      sw a0, 0(s0)
      lwu s1, 0(s0)
      lwu s2, 4(s0)
      li a1, 0xc000000
      li a0, 1
      sw a0, 44(a1)
      li a1, 0xc002000
      li a0, 1 << 11
      sw a0, 0(a1)
      li a0, 1
      sw a0, 16(s0)
      sw zero, 12(s0)
      sw zero, 8(s0)
      csrr s3, mip
      sw zero, 28(s0)
      li a1, 0xc200000
      lw s4, 4(a1)`);
    expect(machine.x('s1') - 5000n).toBeLessThan(200n);
    expect(machine.x('s2')).toBe(0n);
    expect([machine.x('s3'), machine.x('s4')]).toEqual([2048n, 11n]);
  });
});

describe('an empty virtio slot', () => {
  it('is recognized, and has no device (VIRTIO 1.2 §4.2.2)', async () => {
    const machine = await run(`
      li s0, 0x10008000
      lw s1, 0(s0)
      lw s2, 4(s0)
      lw s3, 8(s0)
      sw s1, 8(s0)
      lw a0, 0x200(s0)`);
    expect(['s1', 's2', 's3'].map((name) => machine.x(name))).toEqual([0x7472_6976n, 2n, 0n]);
    expect(causes(machine)).toEqual([5]);
  });
});
