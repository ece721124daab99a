import { describe, expect, it } from 'vitest';
import { tellResult } from '../../../src/cli/lockstep/report.js';
import { RAM_BASE } from '../../../src/core/abi.js';
import { lockstep } from '../../../src/node/door.js';
import { busy } from '../../core/busy.js';
import { elfFile } from '../../image-maker.js';
import { CHAIN, writeChain } from '../../oracle/programs/campaign.js';
import { FORCED } from '../../tested-translation.js';

const ENGINES = ['wasm', 'wasm-interpreter'];
const SEED = 20260103;

describe('in lockstep with the interpreter, translation does the same', () => {
  it('on random programs, each region by itself', async () => {
    const { image } = writeChain(SEED, 0, CHAIN);
    const result = await lockstep({
      engines: ENGINES,
      vm: { guest: { bare: elfFile(image.bytes) }, memory: '16M' },
      every: 100,
      steps: 20_000_000,
      translate: { ...FORCED, tailCalls: false },
    });
    expect(result.verdict, tellResult(result)).toBe('equal');
    expect(result.end).toBe('the guest powered off');
    expect(result.engines[0].regionSteps / result.steps).toBeGreaterThan(0.1);
  });

  it('on harts that compete, interrupt each other and wait', async () => {
    const { ram } = await busy(4);
    const program = elfFile(ram.read(RAM_BASE, ram.size), { flags: 7 });
    const result = await lockstep({
      engines: ENGINES,
      vm: { guest: { bare: program }, memory: '48M', cpus: 4 },
      every: 20_000,
      steps: 4_000_000,
      translate: FORCED,
    });
    expect(result.verdict, tellResult(result)).toBe('equal');
    expect(result.engines[0].regionSteps / result.steps).toBeGreaterThan(0.3);
  });

  it('on Linux, for 200 million steps', async () => {
    const steps = 200_000_000;
    const result = await lockstep({
      engines: ENGINES,
      vm: { guest: 'debian', seed: 5, cpus: 2 },
      every: 500_000,
      steps,
      translate: { threshold: 8, eager: true },
    });
    console.log(tellResult(result));
    expect(result.verdict, tellResult(result)).toBe('equal');
    expect(result.engines[0].regionSteps / steps).toBeGreaterThan(0.7);
  });
});
