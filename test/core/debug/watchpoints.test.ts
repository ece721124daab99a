import { describe, expect, it } from 'vitest';
import { Machine } from '../machine.js';
import { OFF } from '../program-parts.js';
import { FRAMES } from '../translated.js';
import { READ, runToStop, stopping, WRITE, watch } from './rig.js';

describe('a watchpoint', () => {
  const ACCESSES = {
    lb: [READ, 1],
    lhu: [READ, 2],
    ld: [READ, 8],
    fld: [READ, 8],
    sb: [WRITE, 1],
    sw: [WRITE, 4],
    fsd: [WRITE, 8],
  } as const;

  it.each(Object.entries(ACCESSES))('stops %s before it', async (name, [kind]) => {
    const register = name.startsWith('f') ? 'fa0' : 'a0';
    const machine = await Machine.create(`
      li t0, 1 << 13
      csrs mstatus, t0
      la s0, data
      fld fa0, 0(s0)
      fsd fa0, 0(s0)
      ld a1, 0(s0)
      li a0, -1
      before: nop
      here: ${name} ${register}, 0(s0)
      after: li s1, 1
      ${OFF}
      .balign 8
      data: .dword 0x1122334455667788`);
    machine.runTo('before');
    watch(machine, machine.at('data'), 1, kind);
    expect(runToStop(machine)).toEqual([0, kind, machine.at('data')]);
    expect(machine.pc()).toBe(machine.at('here'));
    expect(machine.x('a0')).toBe(0xffff_ffff_ffff_ffffn);
    expect(machine.word('data')).toBe(0x1122334455667788n);
    const steps = machine.steps;
    machine.run(1n);
    expect(machine.pc()).toBe(machine.at('after'));
    expect(machine.steps).toBe(steps + 1n);
    machine.finish();
  });

  it('looks at its own bytes and its own kind of access', async () => {
    const machine = await Machine.create(`
      la s0, data
      sw a0, 0(s0)
      sb a0, 7(s0)
      ld a0, 0(s0)
      here: sb a0, 5(s0)
      sb a0, 6(s0)
      ${OFF}
      .balign 8
      data: .dword 0`);
    watch(machine, machine.at('data') + 4n, 2, WRITE);
    expect(runToStop(machine)).toEqual([0, 2, machine.at('data') + 5n]);
    expect(machine.pc()).toBe(machine.at('here'));
    machine.finish();
  });

  it.each([
    ['lr.d a0, (s0)', READ],
    ['amoadd.w a0, a1, (s0)', READ],
    ['amoadd.w a0, a1, (s0)', WRITE],
    ['amomax.d a0, a1, (s0)', WRITE],
  ])('stops %s', async (instruction, kinds) => {
    const machine = await Machine.create(`
      la s0, data
      li a1, 5
      amoadd.w a0, a1, (s0)
      here: ${instruction}
      ${OFF}
      .balign 8
      data: .dword 0`);
    machine.runTo('here');
    watch(machine, machine.at('data'), 8, kinds);
    runToStop(machine);
    expect(machine.pc()).toBe(machine.at('here'));
    expect(machine.word('data')).toBe(5n);
    machine.finish();
  });

  it('stops a store-conditional, whose reservation lives on', async () => {
    const machine = await Machine.create(`
      la s0, data
      lr.d a0, (s0)
      li a1, 7
      sc.d a2, a1, (s0)
      ${OFF}
      .balign 8
      data: .dword 0`);
    watch(machine, machine.at('data'), 8, WRITE);
    runToStop(machine);
    expect(machine.word('data')).toBe(0n);
    machine.finish();
    expect(machine.x('a2')).toBe(0n);
    expect(machine.word('data')).toBe(7n);
  });

  it('sees accesses across pages, in one piece', async () => {
    const machine = await Machine.create(`
      li s0, ${FRAMES + 4092n}
      li a0, -1
      here: sd a0, 0(s0)
      ld a1, 0(s0)
      ${OFF}`);
    watch(machine, FRAMES + 4090n, 16, READ | WRITE);
    expect(runToStop(machine)).toEqual([0, 2, FRAMES + 4092n]);
    expect(machine.word(FRAMES + 4088n)).toBe(0n);
    expect(runToStop(machine)).toEqual([0, 1, FRAMES + 4092n]);
    machine.finish();
  });

  it('sees the registers of a device', async () => {
    const machine = await Machine.create(`li s0, 0x10000000\n li a0, 65\n sb a0, 0(s0)\n ${OFF}`);
    watch(machine, 0x1000_0000n, 1, WRITE);
    runToStop(machine);
    expect(machine.output()).toBe('');
    machine.finish();
    expect(machine.output()).toBe('A');
  });

  it('stops an instruction after its breakpoint did, each once', async () => {
    const machine = await stopping(
      `la s0, data
      here: sd s0, 0(s0)
      ${OFF}
      .balign 8
      data: .dword 0`,
      ['here'],
    );
    watch(machine, machine.at('data'), 8, WRITE);
    expect(runToStop(machine)[1]).toBe(0);
    expect(runToStop(machine)[1]).toBe(2);
    machine.finish();
  });

  it('refuses what it cannot watch', async () => {
    const machine = await Machine.create('j .');
    const { exports } = machine.core;
    const set = (address: bigint, length: bigint, kinds: number) =>
      exports.vmSetWatchpoint(machine.vm, address, length, kinds);
    expect(set(0n, 0n, WRITE)).toBe(0);
    expect(set(0n, 4097n, WRITE)).toBe(0);
    expect(set(0xffff_ffff_ffff_ffffn, 2n, WRITE)).toBe(0);
    expect(set(0n, 8n, 4)).toBe(0);
    expect(set(0n, 8n, 0)).toBe(0);
    for (let n = 0n; n < 16n; n++) watch(machine, n * 8n, 8, READ);
    expect(set(0x9000n, 8n, READ)).toBe(0);
    expect(exports.vmClearWatchpoint(machine.vm, 8n, 8n, READ)).toBe(1);
    expect(exports.vmClearWatchpoint(machine.vm, 8n, 8n, READ)).toBe(0);
    expect(set(0x9000n, 8n, READ)).toBe(1);
  });
});
