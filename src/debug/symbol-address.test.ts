import { expect, it } from 'vitest';
import { symbolAddress } from './symbol-address.js';

const names = new Map([
  ['main', 0x8000_0010n],
  ['c++', 0x9000_0000n],
  ['last', 0xffff_ffff_ffff_fff0n],
]);

it.each<[word: string, address: bigint | undefined]>([
  ['main', 0x8000_0010n],
  ['main+0x1C', 0x8000_002cn],
  ['main+16', 0x8000_0020n],
  ['c++', 0x9000_0000n],
  ['c+++1', 0x9000_0001n],
  ['last+0x20', 0x10n],
  ['80000000', undefined],
])('%s', (word, address) => {
  expect(symbolAddress(word, names)).toBe(address);
});

it.each([
  ['other+1', "the symbols have no 'other'"],
  ['main+', "'' is no offset; right would be a number, as in main+0x1c"],
  ['main+x', "'x' is no offset"],
  ['main+0x11112222333344445', 'is no offset'],
])('%s is refused', (word, line) => {
  expect(() => symbolAddress(word, names)).toThrow(line);
});
