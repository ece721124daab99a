import { Host, type VmSummary } from 'hartwood';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAM_MEMORY, programElf } from '../programs/program.js';
import { GUEST_PROGRAMS, PROGRAMS } from './programs/all.js';

let host: Host;
beforeAll(async () => {
  host = await Host.create({ memory: `${PROGRAM_MEMORY + 16}M` });
});
afterAll(() => host[Symbol.asyncDispose]());

const ALL = [...PROGRAMS, ...GUEST_PROGRAMS.flatMap(({ program, beside }) => [program, beside])];

/** Misses of a pass of the program, once its code and data have been seen, and the table entries read for them. */
async function missesOfPass(
  name: string,
): Promise<{ data: number; fetch: number; firstStage: number; guestStage: number }> {
  const program = ALL.find((one) => one.name === name);
  if (program === undefined) throw new Error(`there is no program ${name}`);
  const counts = [];
  for (const passes of [2, 3]) {
    await using vm = await host.create({
      guest: { bare: programElf(program, passes) },
      memory: `${PROGRAM_MEMORY}M`,
      cpu: program.hypervisor ? 'rv64,h=on' : 'rv64',
    });
    await vm.start();
    await vm.wait();
    counts.push(await vm.summary());
  }
  const [two, three] = counts;
  if (two === undefined || three === undefined) throw new Error('nothing was counted');
  const data = ({ tlbMisses: { read, write } }: VmSummary) => read + write;
  return {
    data: data(three) - data(two),
    fetch: three.tlbMisses.fetch - two.tlbMisses.fetch,
    firstStage: three.tableReads.firstStage - two.tableReads.firstStage,
    guestStage: three.tableReads.guestStage - two.tableReads.guestStage,
  };
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
  ['vs-hit', 0, 0],
  ['vs-miss', 1, 1],
])('%s: each costs %d to %d misses of data', async (name, least, most) => {
  const each = ALL.find((one) => one.name === name)?.work?.each ?? 0;
  const { data } = await missesOfPass(name);
  expect(data / each).toBeGreaterThanOrEqual(least);
  expect(data / each).toBeLessThanOrEqual(most);
});

test.each([
  ['fetch-miss', 1],
  ['hit', 0],
  ['fence-address', 0],
  ['fetch-hit', 0],
  ['vs-fetch-hit', 0],
  ['vs-fetch-miss', 1],
])('%s: each costs %d misses of fetches, and next to none of others', async (name, expected) => {
  const each = ALL.find((one) => one.name === name)?.work?.each ?? 0;
  const { data, fetch } = await missesOfPass(name);
  expect(fetch / each).toBeCloseTo(expected, 1);
  if (name.endsWith('fetch-miss')) expect(data).toBe(0);
});

/** Sv39 has three levels, and each of its entries and their result has three of Sv39x4 before it. */
test.each([
  ['miss', 3, 0],
  ['superpage', 2, 0],
  ['fetch-miss', 3, 0],
  ['vs-miss', 3, 12],
  ['vs-fetch-miss', 3, 12],
])(
  '%s: a miss reads %d entries of the first stage and %d of the G-stage',
  async (name, first, guest) => {
    const { data, fetch, firstStage, guestStage } = await missesOfPass(name);
    expect(firstStage).toBe(first * (data + fetch));
    expect(guestStage).toBe(guest * (data + fetch));
  },
);
