import { expect, test } from 'vitest';
import { UsageError } from '../errors.js';
import { chooseEngines } from './names.js';

test('without names all engines run; a quick run leaves some out of some groups', () => {
  const full = chooseEngines(undefined, false);
  expect(['wasm', 'wasm-interpreter', 'ts', 'qemu'].every((name) => full('rings', name))).toBe(
    true,
  );
  const quick = chooseEngines(undefined, true);
  expect([quick('vcpu', 'wasm'), quick('rings', 'wasm'), quick('rings', 'ts')]).toEqual([
    true,
    false,
    true,
  ]);
});

test('engines that are named run everywhere, in a quick run too', () => {
  const chosen = chooseEngines('ts, wasm', true);
  expect([chosen('rings', 'wasm'), chosen('vcpu', 'ts'), chosen('vcpu', 'qemu')]).toEqual([
    true,
    true,
    false,
  ]);
});

test.each(['tcg', '', 'wasm,', 'WASM'])('there is no engine %j', (name) => {
  expect(() => chooseEngines(name, false)).toThrow(UsageError);
  expect(() => chooseEngines(name, false)).toThrow(
    'the engines are wasm, wasm-interpreter, ts, qemu',
  );
});
