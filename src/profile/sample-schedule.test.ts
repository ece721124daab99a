import { describe, expect, it } from 'vitest';
import { SampleSchedule } from './sample-schedule.js';

function steps(interval: number, seed: number, count: number, from = 0n): bigint[] {
  const schedule = new SampleSchedule(interval, seed, from);
  return Array.from({ length: count }, () => {
    const { next } = schedule;
    schedule.advance();
    return next;
  });
}

describe('the steps that are sampled', () => {
  it('are half to one and a half of the interval apart, and the interval on the average', () => {
    const chosen = steps(1000, 3, 10_000, 500n);
    const gaps = chosen.map((step, i) => Number(step - (chosen[i - 1] ?? 500n)));
    expect(Math.min(...gaps)).toBeGreaterThan(500);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1500);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    // The mean of 10,000 even gaps has a standard error of 2.9.
    expect(Math.abs(mean - 1000)).toBeLessThan(12);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(steps(50_000, -7, 100)).toEqual(steps(50_000, -7, 100));
    expect(steps(50_000, 7, 100)).not.toEqual(steps(50_000, 8, 100));
  });

  it.each([2, 7, 1000, 1024, 50_000])('do not keep in step with a loop of %i steps', (period) => {
    const count = 20_000;
    const parts = new Array<number>(2).fill(0);
    for (const step of steps(50_000, 1, count)) {
      const half = Number(step % BigInt(period)) < Math.ceil(period / 2) ? 0 : 1;
      parts[half] = (parts[half] ?? 0) + 1;
    }
    const expected = Math.ceil(period / 2) / period;
    // Four standard errors.
    expect(Math.abs((parts[0] ?? 0) / count - expected)).toBeLessThan(2 / Math.sqrt(count));
  });
});
