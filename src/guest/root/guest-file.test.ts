import { expect, it } from 'vitest';
import { archived } from './guest-file.js';

const data = Uint8Array.of(1, 2, 3);

it('is a file of the archive, by a path without its slash', () => {
  expect(archived({ path: '/usr/local/bin/tool', data, mode: 0o755 })).toEqual({
    type: 'file',
    path: 'usr/local/bin/tool',
    mode: 0o755,
    size: 3,
    data,
  });
  expect(archived({ path: '/etc/note', data }).mode).toBe(0o644);
});

it.each(['', '/', 'etc/note', '/etc/', '//etc/note', '/etc/../../note', '/./note'])(
  'cannot be at "%s"',
  (path) => {
    expect(() => archived({ path, data })).toThrow(`a guest's file cannot be '${path}'`);
  },
);
