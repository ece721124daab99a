import { describe, expect, it } from 'vitest';
import type { Client } from './client.js';
import { Scheduler } from './scheduler.js';

/** A scheduler with a clock that stands but for what clients spend, and turns of the event loop that last nothing. */
function bench() {
  const state = { now: 0, turnAt: 0, longest: 0, turns: 0 };
  const scheduler = new Scheduler(
    async () => {
      state.longest = Math.max(state.longest, state.now - state.turnAt);
      state.turnAt = state.now;
      state.turns++;
      await new Promise((resolve) => setImmediate(resolve));
    },
    () => state.now,
  );
  /** Runs calls of so many milliseconds (without: of a slice) until the time is over. */
  const spend = async (client: Client, until: number, call?: number) => {
    while (state.now < until) {
      await scheduler.turn(client);
      if (state.now >= until) break;
      state.now += call ?? scheduler.slice;
    }
    scheduler.leave(client);
  };
  return { state, scheduler, spend };
}

describe('a scheduler', () => {
  it('gives the thread at once to one that is alone, and the event loop its turn now and then', async () => {
    const { state, scheduler } = bench();
    const client = scheduler.join();
    let waited = 0;
    while (state.now < 100) {
      const turn = scheduler.turn(client);
      if (turn !== undefined) {
        waited++;
        await turn;
      }
      state.now += 0.1;
    }
    expect(waited).toBe(state.turns);
    expect(state.turns).toBeGreaterThan(40);
    expect(state.turns).toBeLessThanOrEqual(50);
    expect(client.charged).toBeCloseTo(state.now, 0);
  });

  it('shares it by time, not by turns', async () => {
    const { scheduler, spend } = bench();
    const clients = [scheduler.join(), scheduler.join(), scheduler.join()] as const;
    const [short, long, whole] = clients;
    await Promise.all([spend(short, 600, 0.02), spend(long, 600, 1.3), spend(whole, 600)]);
    for (const { charged } of clients) expect(Math.abs(charged - 200)).toBeLessThan(3);
  });

  it.each([1, 2, 7, 50, 1000])('gives the event loop its turn in time, with %i', async (count) => {
    const { state, scheduler, spend } = bench();
    await Promise.all(Array.from({ length: count }, () => spend(scheduler.join(), 500)));
    expect(state.longest).toBeLessThanOrEqual(4);
    // One for all: not one each.
    expect(state.turns).toBeLessThanOrEqual(500 / 2 + 2);
  });

  it('makes slices short while many want to run', async () => {
    const { state, scheduler } = bench();
    const [first, ...others] = Array.from({ length: 20 }, () => scheduler.join());
    if (first === undefined) throw new Error('no client');
    expect(scheduler.turn(first)).toBeUndefined();
    expect(scheduler.slice).toBe(2);
    const turns = others.slice(0, 1).map((other) => scheduler.turn(other));
    expect(scheduler.slice).toBe(1);
    turns.push(...others.slice(1).map((other) => scheduler.turn(other)));
    expect(scheduler.slice).toBe(1);
    state.now += 1;
    for (const client of [first, ...others]) {
      scheduler.leave(client);
      await turns.shift();
    }
  });

  it('lets one that slept come soon, but not for long', async () => {
    const { state, scheduler, spend } = bench();
    const sleeper = scheduler.join();
    await spend(sleeper, 1);
    const busy = scheduler.join();
    await spend(busy, 1000);
    const rest = spend(busy, 2000);
    const from = state.now;
    await scheduler.turn(sleeper);
    expect(state.now - from).toBeLessThanOrEqual(2);
    const had = busy.charged;
    // Its credit is spent when it has had 4 ms more than the other.
    while (busy.charged === had) {
      state.now += 0.1;
      await scheduler.turn(sleeper);
      expect(state.now - from).toBeLessThan(10);
    }
    scheduler.leave(sleeper);
    await rest;
  });

  it('lets those that only wait for the event loop share its turn', async () => {
    const { state, scheduler } = bench();
    const clients = Array.from({ length: 100 }, () => scheduler.join());
    await Promise.all(clients.map((client) => scheduler.events(client)));
    expect(state.turns).toBe(1);
  });
});
