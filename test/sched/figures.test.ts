import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import type { VmFigures } from '../../src/vm/figures.js';
import type { Host } from '../../src/vm/host.js';
import type { Vm } from '../../src/vm/vm.js';
import { elfFile } from '../image-maker.js';
import { newHost } from '../integration/guest.js';

const PAGE = 4096;

/** Writes `pages` pages, a word each, once in 8 x pages steps, for ever. */
const writer = (pages: number) => `
1:    li s0, 0x80100000
      li s1, ${pages}
2:    sd a0, 0(s0)
      addi a0, a0, 1
      lui t0, 1
      add s0, s0, t0
      addi s1, s1, -1
      nop
      nop
      bnez s1, 2b
      j 1b`;

const make = (host: Host, source: string, name?: string) => {
  const bare = elfFile(assemble(source, { origin: RAM_BASE }).bytes);
  return host.create({
    guest: { bare },
    memory: '8M',
    clock: 'virtual',
    ...(name === undefined ? {} : { name }),
  });
};

/** The page of zeros, which is the host's own. */
const OWN = PAGE;

/** What is said of memory must be all that the host has given out. */
function expectSum(host: Host): void {
  const parts = host.vms.map((vm) => vm.figures().memory);
  const sum = parts.reduce(
    (all, { exclusive, shared, saved }) => all + exclusive + shared - saved,
    0,
  );
  // Each is rounded to a byte.
  expect(Math.abs(sum + OWN - host.memory().used)).toBeLessThan(parts.length);
}

const brief = ({ id, name, state }: VmFigures) => [id, name, state];

it('tells of each VM of a host what it uses', async () => {
  await using host = await newHost('64M');
  const one = await make(host, writer(100), 'writer');
  const other = await make(host, '1: j 1b');
  expect(host.vms.map((vm) => brief(vm.figures()))).toEqual([
    [1, 'writer', 'created'],
    [2, 'bare', 'created'],
  ]);
  expectSum(host);
  const before = one.figures();
  expect(before).toMatchObject({ cpu: 0, steps: 0, dirtyPages: 0 });
  await one.runTo(1_000_000n);
  const after = one.figures();
  expect(after.state).toBe('paused');
  expect(after.steps).toBe(1_000_000);
  expect(after.cpu).toBeGreaterThan(0);
  expect(after.exits.budget).toBeGreaterThan(0);
  // 100 pages, that of the code, and map tables.
  expect((after.memory.exclusive - before.memory.exclusive) / PAGE).toBeGreaterThanOrEqual(100);
  expect(after.memory).toMatchObject({ shared: 0, saved: 0 });
  expect(other.figures().memory.exclusive).toBeLessThan(after.memory.exclusive);
  expectSum(host);
  await one.stop();
  expect(one.figures()).toMatchObject({ state: 'stopped', steps: 1_000_000 });
  await one[Symbol.asyncDispose]();
  expect(one.figures()).toMatchObject({ steps: 1_000_000, memory: { exclusive: 0 } });
  expect(host.vms).toEqual([other]);
  expectSum(host);
});

it('counts the pages that change from one look to the next', async () => {
  await using host = await newHost('64M');
  const vm = await make(host, writer(100));
  await vm.runTo(10_000n);
  vm.figures();
  const dirtied = async (steps: bigint) => {
    const before = vm.figures().dirtyPages;
    await vm.runTo(vm.counts.steps + steps);
    return vm.figures().dirtyPages - before;
  };
  expect(await dirtied(10_000n)).toBe(100);
  expect(await dirtied(80n)).toBeGreaterThanOrEqual(9);
  expect(await dirtied(80n)).toBeLessThanOrEqual(12);
  expect(await dirtied(0n)).toBe(0);
});

it('knows what forks share, and what that saves', async () => {
  await using host = await newHost('64M');
  const parent = await make(host, writer(400));
  await parent.runTo(100_000n);
  const alone = parent.figures().memory;
  const forks = await parent.fork(9);
  const all: readonly Vm[] = [parent, ...forks];
  expect(host.vms).toEqual(all);
  expectSum(host);
  for (const { memory } of all.map((vm) => vm.figures())) {
    expect(memory.exclusive + memory.shared).toBe(alone.exclusive);
    expect(memory.saved).toBeCloseTo(memory.shared * 0.9, -1);
  }
  const [first, second] = forks;
  await first?.runTo(100_400n);
  expectSum(host);
  const wrote = first?.figures().memory;
  expect(wrote?.exclusive).toBeGreaterThan(parent.figures().memory.exclusive + 40 * PAGE);
  const twins = (await second?.fork(3)) ?? [];
  await twins[0]?.runTo(200_000n);
  await second?.runTo(150_000n);
  expectSum(host);
  for (const vm of [parent, ...twins.slice(1), second, ...forks.slice(2)]) {
    await vm?.[Symbol.asyncDispose]();
    expectSum(host);
  }
});
