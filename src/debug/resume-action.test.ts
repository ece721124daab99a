import { describe, expect, it } from 'vitest';
import { parseActions } from './resume-action.js';

describe('actions of vCont', () => {
  it.each([
    ['c', { kind: 'continue' }],
    ['C05', { kind: 'continue' }],
    ['c:-1', { kind: 'continue' }],
    ['c:1', { kind: 'continue', threads: [1] }],
    ['c:1;c:a', { kind: 'continue', threads: [1, 10] }],
    ['c:1;c', { kind: 'continue' }],
    ['s', { kind: 'step' }],
    ['s:2', { kind: 'step', thread: 2 }],
    ['s:2;c', { kind: 'step', thread: 2 }],
    ['c:1;S05:2;s:3', { kind: 'step', thread: 2 }],
    ['t', { kind: 'stop' }],
  ])('reads %s', (text, action) => {
    expect(parseActions(text)).toEqual(action);
  });

  it.each(['', ';', 'c;', 'r80,90', 'c:zz', 'C', 's:-2', 'c:1:2', 'c:123456789'])(
    'refuses %j',
    (text) => {
      expect(parseActions(text)).toBeUndefined();
    },
  );
});
