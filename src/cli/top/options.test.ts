import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/errors.js';
import { intervalOf } from './options.js';

describe('the interval of top', () => {
  it.each([
    ['1', 1000],
    ['0.1', 100],
    ['3600', 3_600_000],
  ])('%s seconds', (interval, milliseconds) => {
    expect(intervalOf({ interval })).toBe(milliseconds);
  });

  it.each(['0', '-1', 'soon', '', ' ', '1e9', 'Infinity', 'NaN'])('is not %j', (interval) => {
    expect(() => intervalOf({ interval })).toThrow(ConfigurationError);
  });
});
