import { Host } from 'hartwood';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM_MEMORY, programElf } from '../programs/program.js';
import { PROGRAMS } from './programs/all.js';

let host: Host;
beforeAll(async () => {
  host = await Host.create({ memory: `${PROGRAM_MEMORY + 16}M` });
});
afterAll(() => host[Symbol.asyncDispose]());

/** Misses of a pass of the program, once its code and data have been seen. */
async function missesOfPass(name: string): Promise<{ data: number; fetch: number }> {
  const program = PROGRAMS.find((one) => one.name === name);
  if (program === undefined) throw new Error(`there is no program ${name}`);
  const counts = [];
  for (const passes of [2, 3]) {
    await using vm = await host.create({
      guest: { bare: programElf(program, passes) },
      memory: `${PROGRAM_MEMORY}M`,
    });
    await vm.start();
    await vm.wait();
    counts.push((await vm.summary()).tlbMisses);
  }
  const [two, three] = counts;
  if (two === undefined || three === undefined) throw new Error('nothing was counted');
  const data = three.read + three.write - two.read - two.write;
  return { data, fetch: three.fetch - two.fetch };
}

/** What the program counts, and the misses that each of it is to cost at least and at most. */
test.each([
  ['hit', 0, 0],
  ['miss', 1, 1],
  ['superpage', 1, 1],
  ['thrash', 1, 1],
  ['fence-all', 8, 8],
  ['fence-asid', 8, 8.1],
  ['fence-address', 1, 1],
  ['switch', 0, 0],
])('%s: each costs %d to %d misses of data', async (name, least, most) => {
  const each = PROGRAMS.find((one) => one.name === name)?.work?.each ?? 0;
  const { data } = await missesOfPass(name);
  expect(data / each).toBeGreaterThanOrEqual(least);
  expect(data / each).toBeLessThanOrEqual(most);
});

test.each([
  ['fetch-miss', 1],
  ['hit', 0],
  ['fence-address', 0],
])('%s: each costs %d misses of fetches, and next to none of others', async (name, expected) => {
  const each = PROGRAMS.find((one) => one.name === name)?.work?.each ?? 0;
  const { data, fetch } = await missesOfPass(name);
  expect(fetch / each).toBeCloseTo(expected, 1);
  if (name === 'fetch-miss') expect(data).toBe(0);
});
