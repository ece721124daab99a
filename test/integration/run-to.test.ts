import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { elfFile } from '../image-maker.js';
import { newHost } from './guest.js';

const machine = async (source: string, clock: 'real' | 'virtual' = 'virtual') => {
  const host = await newHost('32M');
  const bare = elfFile(assemble(source, { origin: RAM_BASE }).bytes);
  return host.create({ guest: { bare }, memory: '1M', clock });
};

/** Prints a letter and waits for a timer, again and again. */
const TICKING = `
      li s0, 0x2004000
      li s1, 0x10000000
      li t0, 0x80
      csrw mie, t0
1:    li t1, 65
      sb t1, 0(s1)
      rdtime t0
      addi t0, t0, 1000
      sd t0, 0(s0)
      wfi
      j 1b`;

describe('a VM runs to a step', () => {
  it('and stands there, however often it is asked', async () => {
    await using vm = await machine('1: j 1b');
    for (const steps of [0n, 1n, 2n, 1000n, 1000n, 5_000_000n]) {
      expect(await vm.runTo(steps)).toBe('reached');
      expect(vm.counts.steps).toBe(steps);
    }
  });

  it('over idle time, which passes', async () => {
    await using vm = await machine(TICKING);
    expect(await vm.runTo(10_000n)).toBe('reached');
    expect(vm.counts.steps).toBe(10_000n);
    // Seven steps a round of 1,000 ticks.
    expect(Number(vm.counts.time)).toBeGreaterThan(1_000_000);
  });

  it('and time stands before a wait that begins there', async () => {
    await using vm = await machine(TICKING);
    const [once, other] = [vm, await machine(TICKING)];
    for (let steps = 1n; steps <= 60n; steps++) await once.runTo(steps);
    await other.runTo(60n);
    expect(once.counts.time).toBe(other.counts.time);
  });

  it('says where that cannot be', async () => {
    await using idle = await machine('1: wfi; j 1b');
    expect(await idle.runTo(100n)).toBe('idle');
    await using off = await machine('li t0, 0x100000; li t1, 0x5555; sw t1, 0(t0); j .');
    expect(await off.runTo(100n)).toBe('stopped');
    expect(await off.runTo(200n)).toBe('stopped');
    expect((await off.stopped).kind).toBe('poweroff');
  });

  it('but not with a real clock', async () => {
    await using vm = await machine('1: j 1b', 'real');
    await expect(vm.runTo(5n)).rejects.toThrow("a clock of the kind 'virtual'");
  });

  it('or less far, if a signal ends it', async () => {
    await using vm = await machine('1: j 1b');
    const signal = AbortSignal.timeout(20);
    await expect(vm.runTo(10n ** 15n, { signal })).rejects.toThrow('timeout');
    await vm.runTo(0n);
    const { steps } = vm.counts;
    await vm.runTo(steps + 7n);
    expect(vm.counts.steps).toBe(steps + 7n);
  });
});
