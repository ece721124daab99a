import { expect, test } from 'vitest';
import { Buffers } from './buffers.js';

test('a buffer that was given back is used again, for any length that it has room for', () => {
  const buffers = new Buffers();
  const first = buffers.take(5000);
  expect(first).toHaveLength(5000);
  expect(buffers.take(5000).buffer).not.toBe(first.buffer);
  buffers.give(first);
  const again = buffers.take(8192);
  expect(again).toHaveLength(8192);
  expect(again.buffer).toBe(first.buffer);
  expect(buffers.take(512)).toHaveLength(512);
  expect(buffers.take(0)).toHaveLength(0);
});

test('no more than 4 MiB are kept', () => {
  const buffers = new Buffers();
  const taken = Array.from({ length: 8 }, () => buffers.take(2 ** 20));
  for (const bytes of taken) buffers.give(bytes);
  const known = new Set(taken.map(({ buffer }) => buffer));
  const again = Array.from({ length: 8 }, () => buffers.take(2 ** 20));
  expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(4);
});
