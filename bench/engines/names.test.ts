import { expect, test } from 'vitest';
import { UsageError } from '../errors.js';
import { chooseEngines } from './names.js';

const row = (group: string, name: string, engine: string) => ({ group, name, engine });

test('without names all engines run; a quick run leaves some out of some rows', () => {
  const full = chooseEngines(undefined, false);
  const engines = ['wasm', 'wasm-interpreter', 'ts', 'qemu'];
  expect(engines.every((engine) => full(row('rings', 'x', engine)))).toBe(true);
  const quick = chooseEngines(undefined, true);
  const taken = (group: string, name: string) =>
    engines.filter((engine) => quick(row(group, name, engine)));
  expect(taken('vcpu', 'alu')).toEqual(['wasm', 'wasm-interpreter', 'qemu']);
  expect(taken('vcpu', 'chase')).toEqual(['wasm', 'qemu']);
  expect(taken('vcpu', 'nbody')).toEqual(['wasm', 'qemu']);
  expect(taken('vcpu', 'trap')).toEqual(['wasm']);
  expect(taken('rings', 'block-512-16')).toEqual(['wasm']);
  expect(taken('nested', 'vs-exit')).toEqual(['wasm']);
  expect(taken('nested', 'l2-boot')).toEqual(['wasm', 'qemu']);
  expect(taken('guest', 'boot')).toEqual(['wasm', 'qemu']);
});

test('engines that are named run everywhere, in a quick run too', () => {
  const chosen = chooseEngines('ts, wasm', true);
  expect(chosen(row('rings', 'x', 'wasm'))).toBe(true);
  expect(chosen(row('vcpu', 'x', 'ts'))).toBe(true);
  expect(chosen(row('vcpu', 'x', 'qemu'))).toBe(false);
});

test.each(['tcg', '', 'wasm,', 'WASM'])('there is no engine %j', (name) => {
  expect(() => chooseEngines(name, false)).toThrow(UsageError);
  expect(() => chooseEngines(name, false)).toThrow(
    'the engines are wasm, wasm-interpreter, ts, qemu',
  );
});
