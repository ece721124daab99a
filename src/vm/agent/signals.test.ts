import { describe, expect, it } from 'vitest';
import { type SignalName, signalNumber } from './signals.js';

describe('signals', () => {
  it.each<[SignalName, number]>([
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGKILL', 9],
    ['SIGUSR1', 10],
    ['SIGUSR2', 12],
    ['SIGTERM', 15],
    ['SIGCHLD', 17],
    ['SIGCONT', 18],
    ['SIGSTOP', 19],
    ['SIGWINCH', 28],
    ['SIGSYS', 31],
  ])('%s is %d, as in signal(7)', (name, number) => {
    expect(signalNumber(name)).toBe(number);
  });

  it('has numbers up to the last real-time signal', () => {
    expect([1, 34, 64].map(signalNumber)).toEqual([1, 34, 64]);
  });
});
