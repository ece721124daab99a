import { describe, expect, it } from 'vitest';
import { EscapeKeys } from './terminal.js';

function keys() {
  const events: string[] = [];
  const keyboard = new EscapeKeys(
    () => events.push('quit'),
    () => events.push('help'),
  );
  return { events, type: (...bytes: number[]) => [...keyboard.filter(Uint8Array.from(bytes))] };
}

const A = 1;
const code = (key: string) => key.charCodeAt(0);

describe('escape keys', () => {
  it('everything but Ctrl-A is for the guest', () => {
    const { events, type } = keys();
    expect(type(code('x'), 3, 4, 27, 255)).toEqual([code('x'), 3, 4, 27, 255]);
    expect(events).toEqual([]);
  });

  it('Ctrl-A X quits and Ctrl-A H helps, in one read or two', () => {
    const { events, type } = keys();
    expect(type(code('a'), A, code('h'), code('b'))).toEqual([code('a'), code('b')]);
    expect(type(A)).toEqual([]);
    expect(type(code('X'))).toEqual([]);
    expect(events).toEqual(['help', 'quit']);
  });

  it('Ctrl-A Ctrl-A types one Ctrl-A, and other keys after it are typed with it', () => {
    const { type } = keys();
    expect(type(A, A)).toEqual([A]);
    expect(type(A, code('q'))).toEqual([A, code('q')]);
  });
});
