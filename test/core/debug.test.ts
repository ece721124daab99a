import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { advance, busy, outcome } from './busy.js';
import { Machine, type MachineOptions } from './machine.js';
import { A, ALL, D, G, V } from './page-tables.js';
import { OFF } from './program-parts.js';
import { randomNumbers } from './random.js';
import { FRAMES, spaceAt, TABLES, translated } from './translated.js';

const READ = 1;
const WRITE = 2;
const NO_ADDRESS = -1n;

/** A machine with breakpoints at labels or addresses. */
async function stopping(source: string, places: string[], options: MachineOptions = {}) {
  const machine = await Machine.create(source, options);
  for (const place of places) breakAt(machine, machine.at(place));
  return machine;
}

function breakAt(machine: Machine, address: bigint): void {
  expect(machine.core.exports.vmSetBreakpoint(machine.vm, address)).toBe(1);
}

function watch(machine: Machine, address: bigint, length: number, kinds: number): void {
  const { exports } = machine.core;
  expect(exports.vmSetWatchpoint(machine.vm, address, BigInt(length), kinds)).toBe(1);
}

/** Hart, kind (0 breakpoint, 1 read, 2 write) and address of the last stop. */
function stop(machine: Machine): [number, number, bigint] {
  const of = (which: number) => machine.core.exports.vmDebugStop(machine.vm, which);
  return [Number(of(0)), Number(of(1)), BigInt.asUintN(64, of(2))];
}

/** Runs until a stop for the debugger. */
function runToStop(machine: Machine): [number, number, bigint] {
  expect(machine.run()).toBe(ExitReason.Debug);
  return stop(machine);
}

const step = (machine: Machine, hart = 0) =>
  machine.core.exports.vmStepHart(machine.vm, hart, 0n, 0n) >>> 0;

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

describe('a debugger’s look through the tables', () => {
  it('translates as the hart does, asks for no permission, and changes nothing', async () => {
    const { machine, tables } = await translated('here: nop');
    const slot = tables.map(0x4000_1000n, FRAMES, V | 2n | 16n);
    tables.map(0x4020_0000n, 0x8020_0000n, ALL & ~(A | D), 1);
    machine.runTo('here');
    const before = machine.state();
    const translate = (va: bigint) => machine.core.exports.hartTranslate(machine.vm, 0, va);
    expect(translate(0x4000_1234n)).toBe(FRAMES + 0x234n);
    expect(translate(0x4021_2345n)).toBe(0x8021_2345n);
    expect(translate(0x4000_2000n)).toBe(NO_ADDRESS);
    expect(translate(0x4000_0000_0000n)).toBe(NO_ADDRESS);
    expect(machine.word(slot) & (A | D)).toBe(0n);
    expect(machine.state()).toEqual(before);
  });

  it('is direct in M-mode', async () => {
    const machine = await Machine.create('j .');
    spaceAt(machine, TABLES);
    expect(machine.core.exports.hartTranslate(machine.vm, 0, 0x1234n)).toBe(0x1234n);
  });
});

describe.each([1, 4])('stops leave no trace in what %i harts do', (harts) => {
  it('where breakpoints and watchpoints come and go', async () => {
    const total = 20_000n;
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const random = randomNumbers(harts);
    const debugged = await busy(harts);
    const { exports } = debugged.core;
    const labels = ['supervisor', 'loop', 'interrupt', 'timer', 'return', 'handler'];
    let stops = 0;
    const next = () => {
      const address = debugged.at(labels[random(labels.length)] ?? 'loop') + BigInt(2 * random(8));
      if (random(2) === 0) exports.vmSetBreakpoint(debugged.vm, address);
      else exports.vmClearBreakpoint(debugged.vm, address);
      const data = 0x4000_0000n + BigInt(random(40) * 4096 + 8);
      if (random(2) === 0) exports.vmSetWatchpoint(debugged.vm, data, 8n, 1 + random(3));
      else exports.vmClearWatchpoint(debugged.vm, data, 8n, 1 + random(3));
      return BigInt(1 + random(400));
    };
    advance(debugged, total, next, () => stops++);
    expect(stops).toBeGreaterThan(100);
    expect(outcome(debugged)).toEqual(outcome(plain));
  });
});
