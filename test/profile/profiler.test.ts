import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/core/errors.js';
import { nodePlatform } from '../../src/node/platform.js';
import { startProfile } from '../../src/profile/start.js';
import { Host } from '../../src/vm/host.js';
import { OFF } from '../core/program-parts.js';
import {
  guestFigures,
  profileProgram,
  program,
  RESET,
  shareOf,
  THREE_TO_ONE,
  total,
} from './programs.js';

describe('a profile of a bare program', () => {
  it('finds functions with their shares, within its error', async () => {
    const { profile, summary } = await profileProgram(THREE_TO_ONE, { interval: 1000, seed: 5 });
    expect(profile.steps).toBe(summary.steps);
    expect(profile.instructions).toBe(summary.instructions);
    expect(profile.symbols).toBe('program');
    // 3.2 million steps.
    expect(profile.samples).toBeGreaterThan(3000);
    expect(profile.samples).toBeLessThan(3400);
    expect(profile.error).toBeCloseTo(0.98 / Math.sqrt(profile.samples), 6);
    expect(Math.abs(shareOf(profile, 'heavy') - 0.75)).toBeLessThan(profile.error);
    expect(Math.abs(shareOf(profile, 'light') - 0.25)).toBeLessThan(profile.error);
    expect(profile.functions[0]).toMatchObject({ name: 'heavy_loop', mode: 'M' });
    // Both loops: one addition and one branch, almost always taken.
    expect(Math.abs(profile.mix.branch - 0.5)).toBeLessThan(profile.error);
    expect(Math.abs(profile.mix.arithmetic - 0.5)).toBeLessThan(profile.error);
    expect(profile.branchesTaken).toBeGreaterThan(0.99);
  });

  it('has shares that add up', async () => {
    const { profile } = await profileProgram(THREE_TO_ONE, { interval: 1000 }, { cpus: 2 });
    const { functions, harts, mix, modes, samples } = profile;
    expect(functions.reduce((sum, row) => sum + row.samples, 0)).toBe(samples);
    expect(functions.reduce((sum, row) => sum + row.share, 0)).toBeCloseTo(1, 9);
    expect(total(mix)).toBeCloseTo(1, 9);
    expect(modes).toEqual({ M: 1, S: 0, U: 0, VS: 0, VU: 0 });
    expect(harts.reduce((sum, hart) => sum + hart.share, 0)).toBeCloseTo(1, 9);
    for (const hart of harts) expect(total(hart.modes)).toBeCloseTo(hart.share, 9);
  });

  it('is the same again, and other samples with another seed', async () => {
    const figures = async (seed: number) => {
      const { profile } = await profileProgram(THREE_TO_ONE, { interval: 1000, seed });
      const { host, regimes, ...rest } = profile;
      expect(host.seconds).toBeGreaterThan(0);
      return { ...rest, exits: undefined, regimes: guestFigures(regimes) };
    };
    const once = await figures(3);
    expect(await figures(3)).toEqual(once);
    expect(await figures(4)).not.toEqual(once);
  });

  it('tells harts apart', async () => {
    // The second hart has thrice as many steps before it waits for good.
    const source = `
_start:
  csrr a0, mhartid
  li t0, 600000
  beqz a0, first
  j second
first:
  addi t0, t0, -1
  bnez t0, first
  wfi
  j .
second:
  addi t0, t0, -1
  nop
  nop
  nop
  nop
  bnez t0, second
  ${OFF}`;
    const { profile } = await profileProgram(program(source), { interval: 500 }, { cpus: 2 });
    const [first, second] = profile.harts;
    expect(Math.abs((first?.share ?? 0) - 0.25)).toBeLessThan(0.03);
    expect(Math.abs((second?.share ?? 0) - 0.75)).toBeLessThan(0.03);
  });

  it('tells privileges and kinds of instructions apart', async () => {
    // U-mode through PMP's first entry; ecall returns to the handler behind it.
    const source = `
_start:
  la t0, handler
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 15
  csrw pmpcfg0, t0
  li s2, 20000
  la s3, data
  la t0, user
  csrw mepc, t0
  csrw mstatus, zero
  mret
user:
  ld t1, 0(s3)
  sd t1, 8(s3)
  amoadd.d t2, t1, (s3)
  mul t1, t1, t1
  ecall
  j user
handler:
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  addi s2, s2, -1
  beqz s2, off
  mret
off:
  ${OFF}
.balign 16
data: .dword 3, 0`;
    const { profile } = await profileProgram(program(source), { interval: 100 });
    const near = (share: number, of: number) => Math.abs(share - of / 12) < 2 * profile.error;
    // Twelve steps a round; an ecall is the step of its trap.
    expect(profile.steps).toBeGreaterThan(200_000);
    expect(near(profile.modes.U, 6)).toBe(true);
    expect(near(profile.modes.M, 6)).toBe(true);
    const { load, store, atomic, multiply, system, csr, arithmetic, jump, branch } = profile.mix;
    for (const share of [load, store, atomic, multiply, jump, branch]) {
      expect(near(share, 1)).toBe(true);
    }
    expect(near(system, 2)).toBe(true);
    expect(near(csr, 2)).toBe(true);
    expect(near(arithmetic, 2)).toBe(true);
    expect(profile.branchesTaken).toBeLessThan(0.01);
    expect(profile.exceptions).toBe(20_000);
    expect(profile.tlb.reads.accesses).toBeGreaterThan(profile.steps / 24);
    expect(profile.tlb.reads.misses).toBeLessThan(100);
    expect(profile.tlb.reads.hitRate).toBeGreaterThan(0.99);
  });

  it('counts the exits that there were, without those of its samples', async () => {
    const { profile, summary } = await profileProgram(THREE_TO_ONE, { interval: 100 });
    // Over 60,000 calls into the core, for a run loop of a few dozen turns.
    expect(summary.exits.budget).toBeGreaterThan(60_000);
    expect(profile.exits.budget).toBeLessThan(1000);
    expect(profile.exits.shutdown).toBe(1);
    expect(total(profile.exits)).toBe(profile.exits.budget + 1);
  });

  it('goes on over a reboot', async () => {
    const source = `
_start:
  li t0, 100000
work:
  addi t0, t0, -1
  bnez t0, work
  ${RESET}`;
    // Five quick reboots are the end.
    const { profile, summary } = await profileProgram(program(source), { interval: 500 });
    expect(summary.stop?.kind).toBe('reset');
    expect(profile.steps).toBe(summary.steps);
    expect(Math.abs(profile.samples - profile.steps / 500)).toBeLessThan(60);
    expect(shareOf(profile, 'work')).toBeGreaterThan(0.99);
  });

  it('does not sample interrupts of a real clock more often than they are', async () => {
    // A timer interrupt each millisecond, 300 of them.
    const source = `
_start:
  la t0, handler
  csrw mtvec, t0
  li s0, 0x2004000
  li s1, 300
  li t0, 128
  csrw mie, t0
  sd zero, 0(s0)
  csrsi mstatus, 8
spin:
  j spin
.balign 4
handler:
  rdtime t0
  li t1, 10000
  add t0, t0, t1
  sd t0, 0(s0)
  addi s1, s1, -1
  beqz s1, off
  mret
off:
  ${OFF}`;
    const { profile } = await profileProgram(
      program(source),
      { interval: 20_000 },
      { clock: 'real' },
    );
    expect(profile.interrupts).toBe(300);
    expect(profile.samples).toBeGreaterThan(100);
    expect(profile.mix.interrupt).toBeLessThan(0.01);
  });

  it('names pages where no symbols are known', async () => {
    // A loop is copied to where the program is not.
    const source = `
_start:
  li t0, 0x80302000
  la t1, code
  ld t2, 0(t1)
  sd t2, 0(t0)
  sd t2, 8(t0)
  la t1, code_end
  lw t2, 0(t1)
  sw t2, 8(t0)
  fence.i
  li t1, 500000
  jalr ra, 0(t0)
  ${OFF}
.balign 8
code:
  addi t1, t1, -1
  bgtz t1, code
code_end:
  jalr zero, 0(ra)`;
    const { profile } = await profileProgram(program(source), { interval: 1000 });
    expect(profile.functions[0]).toMatchObject({ name: '[0x80302000]', mode: 'M' });
    expect(profile.functions[0]?.share).toBeGreaterThan(0.99);
  });
});

describe('a profiler', () => {
  it('begins and ends while a VM runs, and leaves it running', async () => {
    const host = await Host.createOn(nodePlatform, { memory: '64M' });
    const vm = await host.create({
      guest: { bare: program('_start: addi t0, t0, 1\n j _start') },
      memory: '16M',
    });
    await vm.start();
    const turned = async (since: number) => {
      while ((await vm.summary()).steps <= since) await nodePlatform.yieldToEvents();
      return (await vm.summary()).steps;
    };
    const before = await turned(0);
    const profiler = await startProfile(vm, { interval: 1000 });
    const after = await turned(before + 100_000);
    const profile = profiler.finish();
    expect(profile.steps).toBeLessThanOrEqual(after - before);
    expect(profile.samples).toBeGreaterThan(50);
    expect(profiler.finish()).toBe(profile);
    await turned(after + 100_000);
    await host[Symbol.asyncDispose]();
  });

  it('ends also when the VM is gone', async () => {
    const host = await Host.createOn(nodePlatform, { memory: '64M' });
    const vm = await host.create({ guest: { bare: THREE_TO_ONE }, memory: '16M' });
    const profiler = await startProfile(vm, { interval: 1000 });
    await vm.start();
    await vm.stopped;
    await vm[Symbol.asyncDispose]();
    const profile = profiler.finish();
    expect(profile.samples).toBeGreaterThan(3000);
    expect(profile.functions[0]?.name).toBe('heavy_loop');
    await host[Symbol.asyncDispose]();
  });

  it('may be followed by another, which goes on when the first is finished', async () => {
    const host = await Host.createOn(nodePlatform, { memory: '64M' });
    const vm = await host.create({ guest: { bare: THREE_TO_ONE }, memory: '16M' });
    const first = await startProfile(vm, { interval: 1000 });
    const second = await startProfile(vm, { interval: 1000 });
    expect(first.finish().samples).toBe(0);
    await vm.start();
    await vm.stopped;
    expect(second.finish().samples).toBeGreaterThan(3000);
    await host[Symbol.asyncDispose]();
  });

  it('does not get in the way of a debugger', async () => {
    const outcome = async (profiled: boolean) => {
      const host = await Host.createOn(nodePlatform, { memory: '64M' });
      const spec = { guest: { bare: THREE_TO_ONE }, memory: '16M', clock: 'virtual' } as const;
      const vm = await host.create(spec);
      const profiler = profiled ? await startProfile(vm, { interval: 100 }) : undefined;
      await vm.debugger.pause();
      await vm.start();
      await vm.debugger.setBreakpoint(vm.symbols.get('light') ?? 0n);
      const stops: number[] = [];
      for (let stop = 0; stop < 10; stop++) {
        const next = new Promise<void>((resolve) => {
          const end = vm.debugger.onStop(() => {
            end();
            resolve();
          });
        });
        await vm.debugger.resume();
        await next;
        stops.push((await vm.summary()).steps);
      }
      await vm.debugger.clearAll();
      await vm.debugger.resume();
      const stop = await vm.stopped;
      const profile = profiler?.finish();
      if (profile !== undefined) expect(profile.host.phases.debugger).toBeGreaterThan(0);
      const { steps } = await vm.summary();
      await host[Symbol.asyncDispose]();
      return { stops, stop, steps };
    };
    expect(await outcome(true)).toEqual(await outcome(false));
  });

  it.each([
    [{ interval: 99 }, /a sample every 99 steps; right would be 100 to/],
    [{ interval: 1.5e3 + 0.5 }, /a sample every 1500.5 steps/],
    [{ interval: Number.NaN }, /a sample every NaN steps/],
    [{ seed: 0.5 }, /a profile's seed cannot be 0.5/],
  ])('refuses %j', async (options, line) => {
    const host = await Host.createOn(nodePlatform, { memory: '64M' });
    const vm = await host.create({ guest: { bare: THREE_TO_ONE }, memory: '16M' });
    const start = () => startProfile(vm, options);
    await expect(start()).rejects.toThrow(ConfigurationError);
    await expect(start()).rejects.toThrow(line);
    await host[Symbol.asyncDispose]();
  });

  it('has nothing to say of a VM that never ran', async () => {
    const host = await Host.createOn(nodePlatform, { memory: '64M' });
    const vm = await host.create({ guest: { bare: THREE_TO_ONE }, memory: '16M' });
    const { samples, functions, mix, error, host: spent } = (await startProfile(vm)).finish();
    expect([samples, functions, total(mix), error, spent.seconds]).toEqual([0, [], 0, 1, 0]);
    await host[Symbol.asyncDispose]();
  });
});
