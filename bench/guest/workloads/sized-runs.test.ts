import { expect, test } from 'vitest';
import { sizeRuns } from './sized-runs.js';

/** A machine that needs so many seconds for a piece, and nothing for beginning. */
const steady = (each: number) => async (pieces: number) => pieces * each;

test.each([
  { each: 1e-6, most: 20_000 },
  { each: 0.001, most: 300 },
  { each: 0.125, most: 2 },
  { each: 5, most: 1 },
])('at $each s a piece, $most of them are what comes next to 0.3 s', async ({ each, most }) => {
  expect(await sizeRuns(steady(each), 0.3)).toBe(most);
});

test('a run that was held up does not pass for a long one', async () => {
  let runs = 0;
  const heldUp = async (pieces: number) => (runs++ === 0 ? 1 : 0) + (await steady(0.001)(pieces));
  expect(await sizeRuns(heldUp, 0.3)).toBe(300);
});

test('no run is asked for more than a command line has room for', async () => {
  const asked: number[] = [];
  await sizeRuns(async (pieces) => {
    asked.push(pieces);
    return pieces * 1e-7;
  }, 0.3);
  expect(Math.max(...asked)).toBe(20_000);
});
