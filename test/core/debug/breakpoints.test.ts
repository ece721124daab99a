import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../../src/core/exit-reason.js';
import { Machine } from '../machine.js';
import { ALL, G } from '../page-tables.js';
import { OFF } from '../program-parts.js';
import { translated } from '../translated.js';
import { breakAt, runToStop, step, stopping } from './rig.js';

describe('a breakpoint', () => {
  it('stops a hart before the instruction, and lets it go on', async () => {
    const machine = await stopping(
      `li s0, 3
      loop: addi s1, s1, 1
      here: addi s0, s0, -1
      bnez s0, loop
      ${OFF}`,
      ['here'],
    );
    for (const times of [1n, 2n, 3n]) {
      expect(runToStop(machine)).toEqual([0, 0, machine.at('here')]);
      expect(machine.pc()).toBe(machine.at('here'));
      expect(machine.x('s1')).toBe(times);
      expect(machine.x('s0')).toBe(4n - times);
      expect(machine.steps).toBe(3n * times - 1n);
    }
    machine.finish();
    expect(machine.x('s0')).toBe(0n);
  });

  it('stops an instruction that jumps to itself each time', async () => {
    const machine = await stopping('nop\n here: j .', ['here']);
    for (let times = 0n; times < 4n; times++) {
      runToStop(machine);
      expect(machine.steps).toBe(1n + times);
    }
  });

  it('stops code that was running fast before it was set, and no more once it is removed', async () => {
    const machine = await Machine.create('loop: addi s0, s0, 1\n here: j loop');
    machine.run(1000n);
    breakAt(machine, machine.at('here'));
    runToStop(machine);
    expect(machine.core.exports.vmClearBreakpoint(machine.vm, machine.at('here'))).toBe(1);
    expect(machine.core.exports.vmClearBreakpoint(machine.vm, machine.at('here'))).toBe(0);
    expect(machine.run(1000n)).toBe(ExitReason.Budget);
  });

  it('stops an instruction that straddles two pages, and one behind it', async () => {
    const machine = await stopping(
      `.option rvc
      la t0, before
      jr t0
      .balign 4096
      .zero 4092
      before: c.nop
      here: addi s0, s0, 1
      after: c.nop
      ${OFF}`,
      ['here', 'after'],
    );
    runToStop(machine);
    expect(machine.pc() & 0xfffn).toBe(0xffen);
    runToStop(machine);
    expect(machine.pc()).toBe(machine.at('after'));
    expect(machine.x('s0')).toBe(1n);
    machine.finish();
  });

  it('is known by its virtual address: the same code elsewhere runs', async () => {
    const { machine, tables } = await translated(
      `li s1, 0x40000000
      jalr s1
      la t0, code
      jalr t0`,
      { tail: '.balign 4096\n code: addi s0, s0, 1\n ret\n .balign 4096' },
    );
    tables.map(0x4000_0000n, machine.at('code'), ALL | G);
    breakAt(machine, 0x4000_0000n);
    expect(runToStop(machine)).toEqual([0, 0, 0x4000_0000n]);
    machine.finish();
    expect(machine.x('s0')).toBe(2n);
  });

  it('stops each hart that comes there', async () => {
    const machine = await stopping('csrr a0, mhartid\n here: nop\n j .', ['here'], { harts: 4 });
    const seen = Array.from({ length: 4 }, () => runToStop(machine)[0]);
    expect(seen.sort()).toEqual([0, 1, 2, 3]);
    expect(machine.run(1000n)).toBe(ExitReason.Budget);
  });

  it('stops again after pc was set back to it', async () => {
    const machine = await stopping('nop\n here: addi s0, s0, 1\n j .', ['here']);
    runToStop(machine);
    step(machine);
    machine.core.exports.hartSetRegister(machine.vm, 0, 64, machine.at('here'));
    runToStop(machine);
    expect(machine.x('s0')).toBe(1n);
  });

  it('may be one of 64', async () => {
    const machine = await Machine.create('j .');
    const { exports } = machine.core;
    for (let n = 0n; n < 64n; n++) breakAt(machine, 0x9000_0000n + n * 4096n);
    expect(exports.vmSetBreakpoint(machine.vm, 0xa000_0000n)).toBe(0);
    breakAt(machine, 0x9000_0000n);
    exports.vmClearBreakpoint(machine.vm, 0x9000_0000n);
    breakAt(machine, 0xa000_0000n);
  });
});
