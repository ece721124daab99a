import { expect, it } from 'vitest';
import { deviceSize } from './device-size.js';

it.each([0, 1, 2, 3, 7, 8, 20_480, 20_481, 2 ** 31 - 1, 2 ** 33 + 5])(
  'finds %i sectors',
  async (sectors) => {
    let looks = 0;
    const isThere = async (offset: number) => {
      looks++;
      return offset < sectors * 512;
    };
    expect(await deviceSize(isThere)).toBe(sectors * 512);
    expect(looks).toBeLessThan(100);
  },
);
