import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alarms } from './alarms.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const make = () => new Alarms(() => performance.now());

describe('alarms', () => {
  it('ring in the order of their times, none early, on one timer', () => {
    const alarms = make();
    const rung: [number, number][] = [];
    const waits = Array.from({ length: 500 }, (_, i) => ((i * 7919) % 997) + 0.5);
    for (const wait of waits) alarms.after(wait, () => rung.push([wait, performance.now()]));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(rung.map(([wait]) => wait)).toEqual([...waits].sort((a, b) => a - b));
    for (const [wait, at] of rung) {
      expect(at).toBeGreaterThanOrEqual(wait);
      expect(at).toBeLessThan(wait + 2);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are cancelled stay silent, and keep no process alive', () => {
    const alarms = make();
    const rung: number[] = [];
    const set = Array.from({ length: 100 }, (_, i) => alarms.after(i, () => rung.push(i)));
    set.forEach((alarm, i) => {
      if (i % 3 !== 0) alarm.cancel();
    });
    vi.advanceTimersByTime(50);
    for (const alarm of set) alarm.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(Array.from({ length: 17 }, (_, i) => 3 * i));
  });

  it('may be set and cancelled by one that rings', () => {
    const alarms = make();
    const rung: string[] = [];
    const late = alarms.after(20, () => rung.push('late'));
    alarms.after(10, () => {
      late.cancel();
      alarms.after(0, () => rung.push('next'));
      rung.push('first');
    });
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['first', 'next']);
  });

  it('beyond the reach of a timer ring all the same', () => {
    const alarms = make();
    const month = 31 * 24 * 3600 * 1000;
    const ring = vi.fn();
    alarms.after(month, ring);
    vi.advanceTimersByTime(month - 1);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(ring).toHaveBeenCalledOnce();
  });
});
