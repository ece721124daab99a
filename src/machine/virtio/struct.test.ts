import { describe, expect, it } from 'vitest';
import { Struct } from './struct.js';

const Mixed = new Struct({ a: 1, b: 2, c: 4, d: 8 });

describe('a struct', () => {
  it('has its fields one after the other, little-endian', () => {
    const bytes = Mixed.encode({ a: 1, b: 0x0203, d: 0x1_0000_0002 });
    expect([...bytes]).toEqual([1, 3, 2, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
    expect(Mixed.size).toBe(15);
  });

  it('is read back, from anywhere in an array', () => {
    const values = { a: 255, b: 65_535, c: 0xffff_ffff, d: 2 ** 53 - 1 };
    const bytes = Uint8Array.from([9, 9, ...Mixed.encode(values)]);
    expect(Mixed.decode(bytes.subarray(1), 1)).toEqual(values);
  });

  it('keeps figures of 64 bits large', () => {
    expect(Mixed.decode(new Uint8Array(15).fill(255)).d).toBe(2 ** 64);
  });

  it('does not fit into fewer bytes', () => {
    expect(() => Mixed.decode(new Uint8Array(15), 1)).toThrow(RangeError);
  });
});
