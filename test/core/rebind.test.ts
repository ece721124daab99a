import { expect, it } from 'vitest';
import { advance, busy, outcome } from './busy.js';

it.each([1, 2, 4])(
  'the state after N steps, with %i harts, does not depend on the core instance',
  async (harts) => {
    const total = 60_000n;
    const plain = await busy(harts);
    advance(plain, total, () => total);
    const rebound = await busy(harts);
    for (let steps = 0n; steps < total; steps += total / 50n) {
      await rebound.core.rebind();
      advance(rebound, steps + total / 50n, () => total);
    }
    expect(outcome(rebound)).toEqual(outcome(plain));
  },
);
