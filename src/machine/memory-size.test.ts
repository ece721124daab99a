import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../core/errors.js';
import { formatMemorySize, parseMemorySize } from './memory-size.js';

describe('memory sizes', () => {
  it.each([
    ['256M', 256 * 2 ** 20],
    ['1G', 2 ** 30],
    ['1.5G', 1.5 * 2 ** 30],
    ['64m', 64 * 2 ** 20],
    ['512MiB', 512 * 2 ** 20],
    ['4096', 4096],
    [8192, 8192],
  ])('%s', (text, bytes) => {
    expect(parseMemorySize(text)).toBe(bytes);
  });

  it.each(['256Q', '', 'M', '-1M', '1e9', '0', '0M', '1.3', '5000', Number.NaN, -4096, 1.5])(
    'refuses %j',
    (text) => {
      expect(() => parseMemorySize(text)).toThrow(ConfigurationError);
      expect(() => parseMemorySize(text)).toThrow(/256M/);
    },
  );

  it('shows them in the largest whole unit', () => {
    expect([2 ** 30, 1.5 * 2 ** 30, 4096, 100].map(formatMemorySize)).toEqual([
      '1G',
      '1536M',
      '4K',
      '100 bytes',
    ]);
  });
});
