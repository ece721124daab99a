import { describe, expect, it } from 'vitest';
import { compareVersions, versionMatches } from './version.js';

/** Each is older than the next. */
const ASCENDING = [
  '~~',
  '~~a',
  '~',
  '0',
  '0.9-1~bpo12+1',
  '0.9-1',
  '0.9-1+b1',
  '0.9-1.1',
  '0.9.1',
  '1.0~rc1-1',
  '1.0-1',
  '1.0a-1',
  '1.0+dfsg-1',
  '1.2.3',
  '1.2.10',
  '1.18446744073709551617',
  '1.18446744073709551618',
  '2024-1-1',
  '1:0.1',
  '2:0.0.0-0',
];

describe('compareVersions', () => {
  it('orders as Policy 5.6.12 says', () => {
    const sorted = [...ASCENDING].reverse().sort(compareVersions);
    expect(sorted).toEqual(ASCENDING);
  });

  it.each([
    ['1.0', '1.00'],
    ['0:1.0', '1.0'],
    ['1.0', '1.0-0'],
    ['1.0-', '1.0'],
  ])('holds %s and %s for equal', (a, b) => {
    expect(compareVersions(a, b)).toBe(0);
    expect(versionMatches(a, '=', b)).toBe(true);
  });
});
