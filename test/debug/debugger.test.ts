import { describe, expect, it, vi } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import type { DebugStop } from '../../src/vm/hold.js';
import { OFF } from '../core/program-parts.js';
import { COUNTING, startProgram, symbol } from './program.js';

const WORK = symbol(COUNTING, 'work');
const COUNTER = symbol(COUNTING, 'counter');
const bare = (source: string) => assemble(source, { origin: 0x8000_0000n });

/** The next stop of a VM. */
const nextStop = (vm: Awaited<ReturnType<typeof startProgram>>['vm']): Promise<DebugStop> =>
  new Promise((resolve) => {
    const end = vm.debugger.onStop((stop) => {
      end();
      resolve(stop);
    });
  });

describe('a debugger', () => {
  it('holds a VM before its first instruction', async () => {
    await using started = await startProgram(COUNTING, { paused: true });
    const { vm } = started;
    await vm.debugger.pause();
    expect((await vm.summary()).instructions).toBe(0);
    expect(await vm.debugger.readRegister(0, 'pc')).toBe(0x8000_0000n);
    const stop = nextStop(vm);
    await vm.debugger.setBreakpoint(WORK);
    await vm.debugger.resume();
    expect(await stop).toEqual({ kind: 'breakpoint', hart: 0, address: WORK });
    expect(await vm.debugger.readRegister(0, 't0')).toBe(1n);
  });

  it('pauses a VM that runs, and one that idles', async () => {
    for (const source of ['j .', 'wfi\n j .']) {
      await using started = await startProgram(bare(source));
      await started.vm.debugger.pause();
      const { steps } = await started.vm.summary();
      await new Promise((resolve) => setImmediate(resolve));
      expect((await started.vm.summary()).steps).toBe(steps);
    }
  });

  it('stops a paused clock, and lets it go on from there', async () => {
    await using started = await startProgram(bare('1: rdtime t0\n j 1b'));
    const { vm } = started;
    // A step takes the host's time over, as it is for the VM.
    await vm.debugger.step(0);
    const before = await vm.debugger.readRegister(0, 'time');
    // The host's time leaps by a day while the VM stands, which no other wait takes.
    const day = 86_400_000;
    const now = performance.now.bind(performance);
    const leaping = vi.spyOn(performance, 'now').mockImplementation(() => now() + day);
    try {
      await vm.debugger.step(0);
    } finally {
      leaping.mockRestore();
    }
    const after = await vm.debugger.readRegister(0, 'time');
    expect(after - before).toBeLessThan(BigInt(day) * 10_000n);
    expect(after).toBeGreaterThanOrEqual(before);
  });

  it('lets chosen harts run alone', async () => {
    await using started = await startProgram(COUNTING, { cpus: 2, paused: true });
    const { vm } = started;
    await vm.debugger.setBreakpoint(WORK);
    const stop = nextStop(vm);
    await vm.debugger.resume([1]);
    expect(await stop).toMatchObject({ kind: 'breakpoint', hart: 1 });
    expect(await vm.debugger.readRegister(0, 'pc')).toBe(0x8000_0000n);
  });

  it('steps to the end of the machine', async () => {
    await using started = await startProgram(bare(OFF), { paused: true });
    const { vm } = started;
    const steps = async () => {
      for (let n = 0; n < 20; n++) await vm.debugger.step(0);
    };
    await expect(steps()).rejects.toThrow('the guest powered off');
    expect(await vm.stopped).toEqual({ kind: 'poweroff', code: 0 });
    await expect(vm.debugger.step(0)).rejects.toThrow('the VM does not run');
  });

  it('is not in the way of a VM that is stopped', async () => {
    await using started = await startProgram(COUNTING, { paused: true });
    await started.vm.debugger.pause();
    const step = started.vm.debugger.step(0);
    await step;
    expect(await started.vm.stop()).toEqual({ kind: 'host', code: 0 });
  });

  it('keeps its breakpoints over a reboot', async () => {
    const program = bare('li t0, 0x100000\n li t1, 0x7777\n here: nop\n sw t1, 0(t0)\n j .');
    await using started = await startProgram(program, { paused: true });
    const { vm } = started;
    await vm.debugger.setBreakpoint(symbol(program, 'here'));
    for (let boots = 0; boots < 3; boots++) {
      const stop = nextStop(vm);
      await vm.debugger.resume();
      expect((await stop).kind).toBe('breakpoint');
      expect((await vm.summary()).instructions).toBe(3 + 5 * boots);
    }
  });

  it('changes nothing under a virtual clock', async () => {
    const program = bare(`
      li s1, 40000
      la s0, counter
    loop:
      ld t0, 0(s0)
      addi t0, t0, 1
      sd t0, 0(s0)
      addi s1, s1, -1
      bnez s1, loop
      rdtime a0
      sd a0, 0(s0)
      ${OFF}
      .balign 8
      counter: .dword 0`);
    const outcome = async (debugged: boolean) => {
      await using started = await startProgram(program, { clock: 'virtual', paused: debugged });
      const { vm } = started;
      if (debugged) {
        await vm.debugger.setBreakpoint(symbol(program, 'loop'));
        for (let n = 0; n < 20; n++) {
          const stop = nextStop(vm);
          await vm.debugger.resume();
          await stop;
        }
        await vm.debugger.clearAll();
        await vm.debugger.resume();
        await vm.debugger.pause();
        await vm.debugger.resume();
      }
      await vm.wait();
      const { steps, instructions } = await vm.summary();
      return [steps, instructions, vm.ram.readU64(symbol(program, 'counter'))];
    };
    expect(await outcome(true)).toEqual(await outcome(false));
  });

  it('says in one line what cannot be', async () => {
    await using started = await startProgram(COUNTING, { paused: true });
    const { debugger: it } = started.vm;
    await expect(it.readRegister(1, 'pc')).rejects.toThrow(
      'the VM has no hart 1; right would be 0 to 0',
    );
    await expect(it.readRegister(0, 'eax')).rejects.toThrow("there is no register 'eax'");
    await expect(it.writeRegister(0, 'mhartid', 1n)).rejects.toThrow('mhartid cannot be written');
    await expect(it.writeRegister(0, 'priv', 2n)).rejects.toThrow('priv cannot be 2');
    await expect(it.writeMemory(0, 0x1000_0000n, Uint8Array.of(1))).rejects.toThrow(
      'no RAM is mapped at 0x10000000',
    );
    await expect(
      it.setWatchpoint({ address: COUNTER, length: 5000, access: 'read' }),
    ).rejects.toThrow('no watchpoint for 5000 bytes');
    for (let n = 0n; n < 64n; n++) await it.setBreakpoint(n * 4n);
    await expect(it.setBreakpoint(0x1000n)).rejects.toThrow('room for 64 breakpoints');
  });

  it('reads across pages as far as there is RAM', async () => {
    await using started = await startProgram(COUNTING, { paused: true });
    const { debugger: it } = started.vm;
    const bytes = Uint8Array.from({ length: 5000 }, (_, n) => n);
    await it.writeMemory(0, 0x8010_0ffen, bytes);
    expect(await it.readMemory(0, 0x8010_0ffen, 5000)).toEqual(bytes);
    expect(await it.readMemory(0, 0x80ff_ff00n, 5000)).toHaveLength(256);
    expect(await it.readMemory(0, 0n, 8)).toHaveLength(0);
    expect(await it.translate(0, 0x1234n)).toBe(0x1234n);
  });
});
