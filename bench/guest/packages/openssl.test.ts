import { expect, test } from 'vitest';
import { parseSpeed } from './openssl.js';

test('the speed is what openssl tells to programs, in megabytes a second', () => {
  expect(parseSpeed('+H:8192\n+F:25:AES-128-CBC:30842880.00\n')).toBe(30.84288);
});

test.each(['+H:8192\n', '+F:25:AES-128-CBC:0.00\n'])('%j is no speed', (output) => {
  expect(() => parseSpeed(output)).toThrow('openssl told no speed, but: +');
});
