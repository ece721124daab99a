import { describe, expect, it, vi } from 'vitest';
import { VmStoppedError, VmTimeoutError } from '../core/errors.js';
import { realClock, virtualClock } from './clock.js';
import { type Settle, Waits } from './waits.js';

const MS = 10_000n;

function virtual() {
  const state = { time: 0n, changes: 0 };
  const waits = new Waits(
    virtualClock(0n),
    () => state.time,
    () => {
      state.changes++;
    },
  );
  const begin = () => {
    const gaveUp = vi.fn();
    let settle: Settle<string> | undefined;
    const start = (given: Settle<string>) => {
      settle = given;
      return gaveUp;
    };
    return { start, gaveUp, settle: () => settle };
  };
  return { state, waits, begin };
}

describe('waits', () => {
  it('end with what their beginning fails with, and wait for nothing', async () => {
    const { waits, state } = virtual();
    const failing = waits.until<void>('it happened', { timeout: 5 }, () => {
      throw new Error('it cannot begin');
    });
    await expect(failing).rejects.toThrow('it cannot begin');
    expect([waits.any, waits.nextAlarm, state.time]).toEqual([false, undefined, 0n]);
  });

  it('end with what was awaited, and clean up after themselves', async () => {
    const { state, waits, begin } = virtual();
    const { start, gaveUp, settle } = begin();
    const wait = waits.until('it came', { timeout: 5 }, start);
    expect([waits.any, waits.nextAlarm, state.changes]).toEqual([true, 5n * MS, 1]);
    settle()?.resolve('it');
    expect(await wait).toBe('it');
    expect([waits.any, waits.nextAlarm]).toEqual([false, undefined]);
    expect(gaveUp).toHaveBeenCalledOnce();
  });

  it('end at their limit, counted by a virtual clock', async () => {
    const { state, waits, begin } = virtual();
    state.time = 7n * MS;
    const { start, gaveUp } = begin();
    const late = waits.until('it came', { timeout: 2000 }, start);
    const soon = waits.until('it came', { timeout: 10 }, begin().start);
    expect(waits.nextAlarm).toBe(17n * MS);
    state.time = 17n * MS;
    waits.ring();
    await expect(soon).rejects.toThrow(VmTimeoutError);
    expect(gaveUp).not.toHaveBeenCalled();
    state.time = 2007n * MS;
    waits.ring();
    await expect(late).rejects.toThrow('2 seconds passed before it came');
    expect(gaveUp).toHaveBeenCalledOnce();
  });

  it('end at their limit, counted by the real clock', async () => {
    const waits = new Waits(
      realClock(),
      () => 0n,
      () => {},
    );
    const wait = waits.until('it came', { timeout: 1 }, () => () => {});
    await expect(wait).rejects.toThrow(VmTimeoutError);
  });

  it('end when they are aborted, now or before', async () => {
    const { waits, begin } = virtual();
    const { start, gaveUp } = begin();
    const abort = new AbortController();
    const wait = waits.until('it came', { signal: abort.signal }, start);
    abort.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    expect(gaveUp).toHaveBeenCalledOnce();
    const again = waits.until('it came', { signal: abort.signal }, start);
    await expect(again).rejects.toThrow('enough');
    expect(waits.any).toBe(false);
  });

  it('end when the VM stops, or has stopped', async () => {
    const { waits, begin } = virtual();
    const wait = waits.until('it came', {}, begin().start);
    waits.stop({ kind: 'poweroff', code: 0 });
    await expect(wait).rejects.toThrow(VmStoppedError);
    await expect(wait).rejects.toThrow('the guest powered off before it came');
    await expect(waits.until('it came', {}, begin().start)).rejects.toThrow(VmStoppedError);
    const stopped = waits.until(
      'it stopped',
      {},
      () => () => {},
      (reason) => reason.kind,
    );
    expect(await stopped).toBe('poweroff');
  });
});
