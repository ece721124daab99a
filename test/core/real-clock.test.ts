import { describe, expect, it } from 'vitest';
import { ClockKind } from '../../src/core/abi.js';
import { Machine } from './machine.js';

/** Ticks in 5 ms: as far as steps may carry time on. */
const MOST_CARRIED = 50_000n;

describe('a real clock', () => {
  it('is carried on by steps, but never far from what the host said', async () => {
    const machine = await Machine.create('loop: j loop');
    const { core, vm } = machine;
    const ticksAStep = (ticks: bigint) => ticks << 32n;
    core.exports.vmClock(vm, ClockKind.Real, 1000n, 0n);
    core.run(vm, 500n, 1000n, ticksAStep(2n));
    expect(core.time(vm)).toBe(2000n);
    // A speed measured wrongly by far, as on a busy host: the product would even pass 2^64.
    core.run(vm, 100_000n, 3000n, 1n << 62n);
    expect(core.time(vm)).toBe(3000n + MOST_CARRIED);
    // It does not run backwards, and is the host's again once the host's has caught up.
    core.run(vm, 10n, 4000n, ticksAStep(1n));
    expect(core.time(vm)).toBe(3000n + MOST_CARRIED);
    core.run(vm, 10n, 90_000n, ticksAStep(1n));
    expect(core.time(vm)).toBe(90_010n);
  });
});
