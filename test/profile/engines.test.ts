import { expect, it } from 'vitest';
import { guestFigures, profileProgram, THREE_TO_ONE } from './programs.js';

it('a profile is the same on each engine under a virtual clock, but for the time it took', async () => {
  const figures = async (engine: string) => {
    const { profile } = await profileProgram(
      THREE_TO_ONE,
      { interval: 1000 },
      { cpus: 2 },
      { engine },
    );
    const { engine: name, host, exits, regimes, ...guest } = profile;
    expect(name).toBe(engine);
    expect(host.phases.core).toBeGreaterThan(0);
    expect(exits.shutdown).toBe(1);
    return { ...guest, regimes: guestFigures(regimes) };
  };
  const reference = await figures('wasm');
  expect(reference.samples).toBeGreaterThan(3000);
  for (const engine of ['wasm-interpreter', 'ts']) expect(await figures(engine)).toEqual(reference);
});
