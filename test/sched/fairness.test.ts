import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { elfFile } from '../image-maker.js';
import { newHost } from '../integration/guest.js';
import { STEPS_PER_MS, StepTime } from './step-time.js';

const BUSY = '1: addi a0, a0, 1; j 1b';

/** Writes to RAM, again and again, what it has counted; not to the page of its code. */
const COUNTING = `
      li s0, 0x80010000
1:    addi a0, a0, 1
      add a1, a1, a0
      sd a1, 0(s0)
      j 1b`;

/** Sleeps 10 ms, then works for one, again and again. */
const SLEEPER = `
      li s0, 0x2004000
      li t0, 0x80
      csrw mie, t0
1:    rdtime t0
      li t1, 100000
      add t0, t0, t1
      sd t0, 0(s0)
      wfi
      li t2, ${STEPS_PER_MS / 2}
2:    addi t2, t2, -1
      bnez t2, 2b
      j 1b`;

const start = async (host: Host, source: string, clock: 'real' | 'virtual' = 'real') => {
  const bare = elfFile(assemble(source, { origin: RAM_BASE }).bytes);
  const vm = await host.create({ guest: { bare }, memory: '1M', clock });
  if (clock === 'real') await vm.start();
  return vm;
};

const charged = (vm: Vm) => vm.inside.loop.client.charged;

describe('VMs of one host', () => {
  it('have equal shares of the thread, and one that sleeps has all that it wants', async () => {
    using time = new StepTime();
    await using host = await time.host('32M');
    const busy = await Promise.all([BUSY, BUSY, COUNTING].map((source) => start(host, source)));
    const sleeper = await start(host, SLEEPER);
    const from = time.now;
    await time.until(from + 3000);
    const all = time.now - from;
    const shares = busy.map((vm) => charged(vm) / all);
    const part = charged(sleeper) / all;
    const each = (1 - part) / 3;
    for (const share of shares) expect(Math.abs(share / each - 1)).toBeLessThan(0.05);
    // A millisecond of eleven, and what it waits for others to end their slice.
    expect(part).toBeGreaterThan(0.07);
    expect(part).toBeLessThan(0.092);
    // What is charged is what was run: a step here is a part of a millisecond.
    for (const vm of [...busy, sleeper]) {
      expect(charged(vm)).toBeCloseTo(Number(vm.counts.steps) / STEPS_PER_MS, 3);
    }
  });

  it('leave the event loop its turn, however many they are', async () => {
    using time = new StepTime();
    await using host = await time.host('256M');
    const vms = await Promise.all(Array.from({ length: 100 }, () => start(host, BUSY)));
    const from = time.now;
    await time.until(from + 500);
    time.stretches.length = 0;
    await time.until(from + 1500);
    expect(time.stretches.length).toBeGreaterThan(200);
    expect(Math.max(...time.stretches)).toBeLessThan(5);
    // And each has its turn, soon.
    for (const vm of vms) expect(charged(vm)).toBeGreaterThan(14);
  });

  it('do under a virtual clock what each of them does alone', async () => {
    const memoryAt = async (vm: Vm, steps: bigint) => {
      expect(await vm.runTo(steps)).toBe('reached');
      return createHash('sha256')
        .update(vm.ram.read(RAM_BASE, 2 ** 20))
        .digest('hex');
    };
    const stops = [1n, 70_001n, 4_194_304n, 12_345_678n];
    await using quiet = await newHost('64M');
    const alone = await start(quiet, COUNTING, 'virtual');
    const wanted: string[] = [];
    for (const steps of stops) wanted.push(await memoryAt(alone, steps));
    expect(new Set(wanted).size).toBe(stops.length);

    await using full = await newHost('64M');
    const beside = await Promise.all(Array.from({ length: 20 }, () => start(full, BUSY)));
    const one = await start(full, COUNTING, 'virtual');
    for (const [i, steps] of stops.entries()) expect(await memoryAt(one, steps)).toBe(wanted[i]);
    for (const vm of beside) expect(vm.counts.steps).toBeGreaterThan(0n);
  });
});
