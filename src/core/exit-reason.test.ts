import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { EXIT_NAMES, ExitReason } from './exit-reason.js';

it('exit reasons have the numbers of the core', async () => {
  const source = await readFile(new URL('../../assembly/vm/vm.ts', import.meta.url), 'utf8');
  const core = new Map<string, number>();
  for (const [, name = '', value] of source.matchAll(/export const EXIT_([A-Z]+): u32 = (\d+);/g)) {
    core.set(name.toLowerCase(), Number(value));
  }
  expect(core.get('reasons')).toBe(EXIT_NAMES.length);
  core.delete('reasons');
  expect(new Map(EXIT_NAMES.map((name, number) => [name, number]))).toEqual(core);
  for (const [name, number] of Object.entries(ExitReason)) {
    expect(EXIT_NAMES[number]).toBe(name.toLowerCase());
  }
});
