import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import { resolveTranslation } from './translation.js';

describe('how hot code is translated', () => {
  it('is what was found best where nothing is said', () => {
    expect(resolveTranslation(undefined)).toEqual(resolveTranslation(true));
    expect(resolveTranslation({ batch: 7 })).toEqual({ ...resolveTranslation({}), batch: 7 });
    expect(resolveTranslation(false)).toBeUndefined();
  });

  it.each([
    ['yes', "translate must be true, false or an object of tunables, not 'yes'"],
    [[], 'translate must be true, false or an object of tunables'],
    [{ toString: 1 }, "translate has no 'toString'"],
    [{ treshold: 1 }, "translate has no 'treshold'; it has threshold, window, batch"],
    [{ threshold: 0 }, "translate.threshold must be a whole number from 1 to 65535, not '0'"],
    [{ threshold: 1.5 }, "translate.threshold must be a whole number from 1 to 65535, not '1.5'"],
    [{ batch: 129 }, "translate.batch must be a whole number from 1 to 128, not '129'"],
    [{ pause: Number.NaN }, "translate.pause must be 0 to 1000000, not 'NaN'"],
    [{ modules: '3' }, "translate.modules must be a whole number from 1 to 4096, not '3'"],
    [{ eager: 1 }, "translate.eager must be true or false, not '1'"],
  ])('is refused where it cannot be right: %j', (given, message) => {
    const resolve = () => resolveTranslation(given as Parameters<typeof resolveTranslation>[0]);
    expect(resolve).toThrow(ConfigurationError);
    expect(resolve).toThrow(message);
  });
});
