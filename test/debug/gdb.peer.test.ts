import { expect, it } from 'vitest';
import { toElf } from '../../isa/assembler/elf.js';
import { walkFigure } from '../../src/debug/walk-figure.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import { gdb } from './gdb.js';
import { COUNTING, startProgram, symbol } from './program.js';
import { ADDRESS, HGATP, twoStages } from './two-stages.js';

it('GDB debugs a bare program on two harts', async () => {
  await using started = await startProgram(COUNTING, { cpus: 2, paused: true });
  await using server = await GdbServer.listen(started.vm, 0);
  const printed = await gdb(toElf(COUNTING), server.port, [
    'info registers pc',
    'info threads',
    'break *work',
    'continue',
    'backtrace 2',
    'stepi',
    'stepi 2',
    'delete breakpoints',
    'watch *(long *)&counter',
    'continue ',
    'continue  ',
    'thread 2',
    'stepi ',
    'info registers pc ',
    'info registers priv',
    'x/s &text',
    'set var $s1 = 0x1234',
    'info registers s1',
    'set var {long}&counter = 77',
    'print/d {long}&counter',
    'monitor info',
    'detach',
  ]);
  expect(printed('info registers pc')).toContain('<_start>');
  expect(printed('info threads')).toMatch(
    /\* 1 +Thread 1 .*\n +2 +Thread 2 \(hart 1, runs, M-mode\)/,
  );
  expect(printed('continue')).toMatch(/Thread 1 hit Breakpoint 1, 0x0*80000018 in work \(\)/);
  expect(printed('backtrace 2')).toMatch(/#0 .* in work \(\)\n#1 .* in loop \(\)/);
  expect(printed('stepi')).toMatch(/0x0*8000001c in work \(\)/);
  expect(printed('stepi 2')).toMatch(/0x0*80000024 in work \(\)/);
  expect(printed('continue ')).toMatch(
    /hit Hardware watchpoint 2.*\n\nOld value = 1\nNew value = 3\n/,
  );
  expect(printed('continue  ')).toMatch(/Old value = 3\nNew value = 6\n/);
  expect(printed('thread 2')).toContain('in _start ()');
  expect(printed('stepi ')).toMatch(/0x0*80000004 in _start \(\)/);
  expect(printed('info registers pc ')).toContain('<_start+4>');
  expect(printed('info registers priv')).toContain('prv:3 [Machine]');
  expect(printed('x/s &text')).toContain('"seen by the debugger"');
  expect(printed('info registers s1')).toContain('0x1234');
  expect(printed('print/d {long}&counter')).toContain('= 77');
  expect(printed('monitor info')).toContain('hart 1: runs, M-mode, pc 0x80000004');
  expect(printed('detach')).toContain('detached');
  expect(started.vm.debugger.paused).toBe(false);
  expect(started.vm.ram.readU64(symbol(COUNTING, 'counter'))).toBeGreaterThanOrEqual(77n);
});

it('GDB looks at a guest of the guest', async () => {
  await using stages = await twoStages();
  await using server = await GdbServer.listen(stages.vm, 0);
  const figure = walkFigure(await stages.vm.debugger.walk(0, ADDRESS));
  const asked = `monitor translate 0x${ADDRESS.toString(16)}`;
  const printed = await gdb(toElf(COUNTING), server.port, [
    'info registers virt',
    'info registers hgatp',
    asked,
    'monitor translate there',
    'info threads',
  ]);
  expect(printed('info registers virt')).toMatch(/virt +0x1/);
  expect(printed('info registers hgatp')).toContain(`0x${HGATP.toString(16)}`);
  expect(printed('info threads')).toContain('VU-mode');
  expect(printed(asked).trim()).toBe(figure.trim());
  expect(printed('monitor translate there')).toContain("error: 'there' is no address");
});
