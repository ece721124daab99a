import { expect, test } from 'vitest';
import { parseRatings } from './seven-zip.js';

const OUTPUT = `
1T CPU Freq (MHz):  1668  1907  1868

RAM size:     187 MB,  # CPU hardware threads:   1

Dict     Speed Usage    R/U Rating  |      Speed Usage    R/U Rating

18:        665   100    594    593  |       5067   100    411    410
18:        661    99    590    589  |       5011   100    407    407
----------------------------------  | ------------------------------
Avr:       665   100    594    593  |       5067   100    411    410
Tot:             100    502    501
`;

test('each round has the mean of its two ratings', () => {
  expect(parseRatings(OUTPUT)).toEqual([501.5, 498]);
});

test('an output without ratings is an error that quotes it', () => {
  expect(() => parseRatings('Break signaled\n')).toThrow(
    '7zz printed no rating, but: Break signaled',
  );
});
