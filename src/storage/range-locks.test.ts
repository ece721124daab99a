import { expect, it } from 'vitest';
import { RangeLocks } from './range-locks.js';

/** Whether a claim was granted at once. */
async function granted(claim: Promise<unknown>): Promise<boolean> {
  const soon = new Promise((resolve) => setImmediate(() => resolve('not yet')));
  return (await Promise.race([claim, soon])) !== 'not yet';
}

it('lets many share a range, or one have it', async () => {
  const locks = new RangeLocks();
  const first = await locks.acquire(0, 4, false);
  const second = await locks.acquire(2, 8, false);
  const third = locks.acquire(3, 5, true);
  expect(await granted(third)).toBe(false);
  expect(await granted(locks.acquire(8, 9, true))).toBe(true);
  locks.release(first);
  expect(await granted(third)).toBe(false);
  locks.release(second);
  expect(await granted(third)).toBe(true);
});

it('serves claims in the order of their coming', async () => {
  const locks = new RangeLocks();
  const reader = await locks.acquire(0, 4, false);
  const writer = locks.acquire(0, 4, true);
  const late = locks.acquire(0, 1, false);
  expect(await granted(late)).toBe(false);
  locks.release(reader);
  expect([await granted(writer), await granted(late)]).toEqual([true, false]);
  locks.release(await writer);
  expect(await granted(late)).toBe(true);
});
