import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.js';

/** Runs calls at a speed of so many steps a millisecond; how long each lasted. */
function calls(pacer: Pacer, stepsPerMs: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const milliseconds = pacer.budget / stepsPerMs;
    pacer.record(pacer.budget, pacer.budget, milliseconds);
    return milliseconds;
  });
}

describe('the length of a call into the core', () => {
  it.each([5_000, 50_000, 300_000])('settles at 2 ms, at %i steps a millisecond', (speed) => {
    const lengths = calls(new Pacer(), speed, 60);
    for (const length of lengths.slice(-10)) expect(length).toBeCloseTo(2, 1);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(5);
  });

  it('is short again right after a slow call', () => {
    const pacer = new Pacer();
    calls(pacer, 300_000, 60);
    const [slow = 0, next = 0] = calls(pacer, 30_000, 2);
    expect(slow).toBeGreaterThan(10);
    expect(next).toBeLessThanOrEqual(5);
  });

  it('is not led astray by calls that end early', () => {
    const pacer = new Pacer();
    calls(pacer, 100_000, 60);
    const before = pacer.budget;
    for (let i = 0; i < 100; i++) pacer.record(before, 10, 0.05);
    expect(pacer.budget).toBe(before);
  });

  it('recovers from a slow moment also while calls are given only a part of it', () => {
    const pacer = new Pacer();
    calls(pacer, 100_000, 60);
    const part = () => Math.floor(pacer.budget / 8) + 1;
    // A turn of another process: after it calls are too short to be measured.
    pacer.record(part(), part(), 10);
    expect(part() / 100_000).toBeLessThan(0.1);
    for (let i = 0; i < 60; i++) {
      pacer.record(part(), part(), 0.01 + part() / 100_000);
      expect(part() / 100_000).toBeLessThan(1);
    }
    expect(part() / 100_000).toBeGreaterThan(0.15);
  });
});
