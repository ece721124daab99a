import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { HashList } from './hash-list.js';
import { compareHashes, findHash, hashesAscend } from './hash-order.js';
import { radixOrder } from './radix-order.js';

const hashOf = (text: string) => createHash('sha256').update(text).digest();
/** A hash that agrees with others in all but its last byte. */
const alike = (last: number) => new Uint8Array(32).fill(0xa5).fill(last, 31);

function listOf(hashes: readonly Uint8Array[]): HashList {
  const list = new HashList();
  for (const hash of hashes) expect(list.add(hash, 0)).toBe(list.count - 1);
  return list;
}

it.each([
  ['hashes', Array.from({ length: 5000 }, (_, number) => hashOf(`${number}`))],
  ['hashes that somebody chose', Array.from({ length: 200 }, (_, number) => alike(255 - number))],
  ['one', [hashOf('one')]],
  ['none', []],
])('%s are found again, in the list and when they are sorted', (_, all) => {
  const list = listOf(all);
  const { hashes, rows } = list.sorted();
  expect(hashesAscend(hashes, all.length)).toBe(true);
  all.forEach((hash, number) => {
    expect(list.find(hash, 0)).toBe(number);
    const at = findHash(hashes, all.length, hash, 0);
    expect(rows[at]).toBe(number);
  });
  for (const other of [hashOf('x'), alike(0), new Uint8Array(32), new Uint8Array(32).fill(255)]) {
    expect(list.find(other, 0)).toBe(-1);
    expect(findHash(hashes, all.length, other, 0)).toBe(-1);
  }
});

it('a column that repeats a hash, or descends, does not ascend', () => {
  const two = (one: number, other: number) => {
    const column = new Uint8Array(64);
    column.set(alike(one));
    column.set(alike(other), 32);
    return column;
  };
  expect(hashesAscend(two(1, 2), 2)).toBe(true);
  expect(hashesAscend(two(2, 2), 2)).toBe(false);
  expect(hashesAscend(two(2, 1), 2)).toBe(false);
  expect(compareHashes(two(2, 1), 0, two(2, 1), 1)).toBeGreaterThan(0);
});

it('keys are ordered as sorting does it, equal ones as they stood', () => {
  const keys = Uint32Array.from({ length: 3000 }, (_, index) =>
    index % 3 === 0 ? 0xffff_fff0 + (index % 7) : Math.imul(index, 2_654_435_761) >>> (index % 30),
  );
  const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  expect([...radixOrder(keys)]).toEqual(expected);
  expect([...radixOrder(Uint32Array.of())]).toEqual([]);
});
