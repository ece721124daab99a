import { describe, expect, it } from 'vitest';
import { lockstepOn } from '../../src/lockstep/lockstep.js';
import { lockstep } from '../../src/node/door.js';
import { nodePlatform } from '../../src/node/platform.js';
import { COUNTING, program } from './program.js';

const ENGINES = ['wasm', 'wasm-interpreter'];

describe('engines that agree', () => {
  it('are compared to the last step, and say how fast they were', async () => {
    const told: number[] = [];
    const result = await lockstep({
      engines: ENGINES,
      vm: program(COUNTING),
      every: 300_000,
      steps: 1_000_000,
      progress: ({ step }) => told.push(step),
    });
    expect(result).toMatchObject({
      verdict: 'equal',
      steps: 1_000_000,
      comparisons: 5,
      end: null,
      difference: null,
      engines: ENGINES.map((name) => ({ name, steps: 1_000_000 })),
      memory: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(told).toEqual([0, 300_000, 600_000, 900_000, 1_000_000]);
    for (const { fastSteps, speed } of result.engines) {
      // Of a round's seven instructions the CSR write is slow.
      expect(fastSteps).toBeGreaterThan(800_000);
      expect(fastSteps).toBeLessThan(870_000);
      expect(speed).toBeGreaterThan(0);
    }
  });

  it('end where the guest ends', async () => {
    const off = 'li t0, 0x100000; li t1, 0x5555; sw t1, 0(t0); j .';
    const { verdict, steps, end } = await lockstep({ engines: ENGINES, vm: program(off) });
    expect({ verdict, steps, end }).toEqual({
      verdict: 'equal',
      steps: 4,
      end: 'the guest powered off',
    });
  });

  it('end where the guest waits for nothing', async () => {
    const { verdict, steps, end } = await lockstep({
      engines: ENGINES,
      vm: program('1: wfi; j 1b'),
    });
    expect({ verdict, steps, end }).toEqual({ verdict: 'unproven', steps: 1, end: 'idle' });
  });

  it('go on over idle time and reboots', async () => {
    // Waits for the timer three times by the RTC's clock, then reboots; a counter in M-mode is lost then.
    const vm = program(`
      li s0, 0x2004000
      li s1, 3
      li t0, 0x80
      csrw mie, t0
1:    rdtime t0
      li t1, 1000
      add t0, t0, t1
      sd t0, 0(s0)
      wfi
      addi s1, s1, -1
      bnez s1, 1b
      li t0, 0x100000
      li t1, 0x7777
      sw t1, 0(t0)
      j .`);
    const { verdict, end } = await lockstep({ engines: ENGINES, vm, every: 7, steps: 500 });
    expect({ verdict, end }).toEqual({ verdict: 'equal', end: 'the guest rebooted' });
  });
});

it('an engine whose fast path took no step proves nothing', async () => {
  const wasm = await nodePlatform.engine('wasm');
  const idle = {
    ...wasm,
    name: 'idle',
    instantiate: () => {
      const { memory, exports } = wasm.instantiate();
      const hartCounter = (vm: number, hart: number, which: number) =>
        exports.hartCounter(vm, hart, which === 12 ? 0 : which);
      return { memory, exports: Object.create(exports, { hartCounter: { value: hartCounter } }) };
    },
  };
  const result = await lockstepOn(
    { ...nodePlatform, engine: async (name) => (name === 'idle' ? idle : wasm) },
    { engines: ['wasm', 'idle'], vm: program(COUNTING), steps: 10_000 },
  );
  expect(result).toMatchObject({ verdict: 'unproven', difference: null });
  expect(result.engines[1].fastSteps).toBe(0);
});

describe('options that cannot be right are refused', () => {
  it.each([
    [{ engines: ['wasm'] }, 'lockstep compares two engines, not 1; right would be wasm,ts'],
    [{ engines: ['wasm', 'frob'] }, "there is no engine 'frob'"],
    [{ every: 0 }, "'every' must be a whole number of steps above 0, not 0"],
    [{ steps: 1.5 }, "'steps' must be a whole number of steps above 0, not 1.5"],
    [{ vm: { ...program(COUNTING), cpus: 99 } }, 'a VM has 1 to 8 CPUs, not 99'],
  ])('%j', async (wrong, message) => {
    const options = { engines: ENGINES, vm: program(COUNTING), ...wrong };
    await expect(lockstep(options)).rejects.toThrow(message);
  });

  it('and a signal ends the comparison', async () => {
    const abort = new AbortController();
    const progress = () => abort.abort(new Error('enough'));
    const options = { engines: ENGINES, vm: program(COUNTING), progress, signal: abort.signal };
    await expect(lockstep(options)).rejects.toThrow('enough');
  });
});
