import { describe, expect, it } from 'vitest';
import { ClockKind } from '../../../src/core/abi.js';
import { Core } from '../../../src/core/core.js';
import { wasmEngine } from '../../../src/core/wasm-engine.js';
import { advance, busy, outcome } from '../../../test/core/busy.js';
import { coreModule } from '../../../test/core/machine.js';
import { randomNumbers } from '../../../test/core/random.js';
import { testedTranslation } from '../../../test/tested-translation.js';
import { tsEngine } from '../engine.js';

const MEMORY = 64 << 20;
const STEPS = 60_000n;

/** The same competing harts on the core and on the baseline. */
const both = async (harts: number) => [
  await busy(
    harts,
    await Core.create(wasmEngine(await coreModule(), 'wasm', testedTranslation()), MEMORY),
  ),
  await busy(harts, await Core.create(tsEngine, MEMORY)),
];

describe.each([1, 2, 4])('%i harts that compete take the same turns as on the core', (harts) => {
  it('under a virtual clock', async () => {
    const machines = await both(harts);
    const [core, ts] = machines.map((machine) => {
      const idle = advance(machine, STEPS, () => STEPS);
      return { idle, interrupts: machine.counter('interrupts'), ...outcome(machine) };
    });
    expect(core?.interrupts).toBeGreaterThan(50);
    expect(ts).toEqual(core);
  });

  it('under a real clock, whatever the host’s time and the speed that it measured', async () => {
    const machines = await both(harts);
    const [core, ts] = machines.map((machine) => {
      const { exports } = machine.core;
      const random = randomNumbers(harts);
      let now = 1000n;
      exports.vmClock(machine.vm, ClockKind.Real, now, 0n);
      const calls = Array.from({ length: 60 }, () => {
        now += BigInt(random(40));
        const rate = random(8) === 0 ? 0n : BigInt(random(2 ** 27));
        const reason = machine.core.run(machine.vm, BigInt(1 + random(1500)), now, rate);
        return { reason, steps: machine.steps, time: machine.core.time(machine.vm) };
      });
      return { calls, ...outcome(machine) };
    });
    expect(core?.calls.at(-1)?.steps).toBeGreaterThan(20_000n);
    expect(ts).toEqual(core);
  });
});
