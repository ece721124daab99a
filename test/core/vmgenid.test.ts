/** The VM generation ID: 16 bytes at 0x10_2000, and an interrupt by which the guest learns that they changed. */
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.js';
import { OFF, START, TRAP_LOG } from './program-parts.js';
import { everything, sideBySide } from './side-by-side.js';
import { causes } from './trap-log.js';

const LOW = 0x8877_6655_4433_2211n;
const HIGH = 0xffee_ddcc_bbaa_9900n;
const SOURCE = 1n << 12n;

const set = (machine: Machine, low = LOW, high = HIGH) =>
  machine.core.exports.vmSetGeneration(machine.vm, low, high);

const program = (body: string) => `${START} li s0, 0x102000; ${body} ${OFF} ${TRAP_LOG}`;

/** The PLIC (s1), with source 12 enabled for M of hart 0 whose claim register is at s2. */
const PLIC = `
  li s1, 0xc000000
  li s2, 0xc200000
  li s3, 0xc001000
  li a0, 1
  sw a0, 48(s1)
  li a0, 1 << 12
  li a1, 0xc002000
  sw a0, 0(a1)
`;

describe('the VM generation ID', () => {
  it('is read in all widths', async () => {
    const machine = await Machine.create(
      program(`
      ld a0, 0(s0)
      ld a1, 8(s0)
      lwu a2, 4(s0)
      lwu a3, 12(s0)
      lhu a4, 2(s0)
      lhu a5, 14(s0)
      lbu a6, 1(s0)
      lbu a7, 15(s0)`),
    );
    set(machine);
    machine.finish();
    const names = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];
    expect(names.map((name) => machine.x(name))).toEqual([
      ...[LOW, HIGH, 0x8877_6655n, 0xffee_ddccn],
      ...[0x4433n, 0xffeen, 0x22n, 0xffn],
    ]);
  });

  it('cannot be written, and nothing is behind it', async () => {
    const machine = await Machine.create(
      program(`
      sd zero, 0(s0)
      sb zero, 15(s0)
      lw a0, 16(s0)
      lb a0, -1(s0)
      ld a1, 0(s0)`),
    );
    set(machine);
    machine.finish();
    expect(causes(machine)).toEqual([7, 7, 5, 5]);
    expect(machine.x('a1')).toBe(LOW);
  });

  it('is there before the first step without an interrupt: nobody has seen another one', async () => {
    const machine = await Machine.create(program(`${PLIC} lwu s4, 0(s3)`));
    set(machine);
    expect(machine.finish().x('s4')).toBe(0n);
  });

  it('interrupts once for each change', async () => {
    const machine = await Machine.create(
      program(`${PLIC}
      nop
wait: lwu s4, 0(s3)
      csrr s5, mip
      lw s6, 0x4(s2)
      lwu s7, 0(s3)
      sw s6, 0x4(s2)
      lwu s8, 0(s3)
      csrr s9, mip`),
    );
    machine.runTo('wait');
    set(machine);
    machine.finish();
    expect(machine.x('s4')).toBe(SOURCE);
    expect(machine.x('s5')).toBe(1n << 11n);
    expect(machine.x('s6')).toBe(12n);
    // Nothing acknowledges it but the PLIC's own claim.
    expect([machine.x('s7'), machine.x('s8'), machine.x('s9')]).toEqual([0n, 0n, 0n]);
  });

  it('interrupts again if it changes while the last change is being served', async () => {
    const machine = await Machine.create(
      program(`${PLIC}
wait: lw s4, 4(s2)
      ld s5, 0(s0)
more: lwu s6, 0(s3)
      sw s4, 4(s2)
      lwu s7, 0(s3)
      lw s8, 4(s2)
      ld s9, 0(s0)
      sw s8, 4(s2)
      lw a7, 4(s2)`),
    );
    machine.runTo('wait');
    set(machine);
    machine.runTo('more');
    set(machine, 7n, 8n);
    machine.finish();
    expect([machine.x('s4'), machine.x('s5'), machine.x('s6')]).toEqual([12n, LOW, 0n]);
    expect([machine.x('s7'), machine.x('s8'), machine.x('s9')]).toEqual([SOURCE, 12n, 7n]);
    expect(machine.x('a7')).toBe(0n);
  });

  it('wakes a hart that waits', async () => {
    const machine = await Machine.create(
      program(`${PLIC}
      li a0, 1 << 11
      csrw mie, a0
      wfi
      ld a1, 8(s0)`),
    );
    machine.run();
    set(machine);
    expect(machine.finish().x('a1')).toBe(HIGH);
  });

  it('is the same on the baseline', async () => {
    const both = await sideBySide(
      program(`${PLIC}
      li a0, 1 << 11
      csrw mie, a0
      li a4, 50
1:    ld a1, 0(s0)
      lw a2, 12(s0)
      lh a3, 6(s0)
      lb a5, 11(s0)
      lw s4, 4(s2)
      lwu s5, 0(s3)
      sw s4, 4(s2)
      addi a4, a4, -1
      bnez a4, 1b
      wfi
      lh a0, 1(s0)
      sw a0, 0(s0)
      ld a0, 16(s0)`),
    );
    for (const machine of [both.core, both.ts]) set(machine);
    // At every place of the loop: pending, claimed, and between.
    for (let steps = 40n; steps < 400n; steps += 7n) {
      for (const machine of [both.core, both.ts]) {
        machine.run(7n);
        set(machine, steps << 30n, ~steps);
      }
      expect(everything(both.core)).toEqual(everything(both.ts));
    }
    for (const machine of [both.core, both.ts]) {
      machine.run();
      set(machine);
      machine.finish();
    }
    expect(everything(both.core)).toEqual(everything(both.ts));
    expect(causes(both.core).length).toBeGreaterThan(2);
  });
});
