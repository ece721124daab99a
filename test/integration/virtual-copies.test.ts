/** Under a virtual clock, a fork and what was restored go on bit for bit as the original does. */
import { expect, it } from 'vitest';
import { HartRegister } from '../../src/core/abi.js';
import { memoryHash } from '../../src/lockstep/memory-hash.js';
import { memorySnapshots } from '../../src/node/snapshots/open.js';
import type { Vm } from '../../src/vm/vm.js';
import { newHost } from './guest.js';

/** All that the guest is at a step, and what it printed on the way. */
async function at(vm: Vm, steps: bigint, from: bigint) {
  const printed = { text: '' };
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of vm.serial.output)
      printed.text += decoder.decode(bytes, { stream: true });
  })();
  expect(await vm.runTo(from + 1n)).toBe('reached');
  expect(await vm.runTo(steps)).toBe('reached');
  // It needed few of its pages, or all: those that it did not need count as well.
  await vm.restored;
  const { core, machine } = vm.inside;
  const harts = Array.from({ length: machine.harts }, (_, hart) =>
    Array.from({ length: HartRegister.Privilege + 1 }, (_, n) => core.register(vm.handle, hart, n)),
  );
  const state = {
    harts,
    memory: await memoryHash(vm.ram),
    time: vm.counts.time,
    steps: vm.counts.steps,
    instructions: vm.counts.instructions,
  };
  await vm[Symbol.asyncDispose]();
  await reading;
  return { ...state, printed: printed.text };
}

it.each([
  [1, 110_000_000n, 125_000_000n],
  [4, 110_000_000n, 125_000_000n],
])('Debian on %i harts', async (cpus, cut, end) => {
  await using host = await newHost('1G');
  const store = memorySnapshots();
  const original = await host.create({
    guest: 'debian',
    clock: 'virtual',
    memory: '128M',
    cpus,
    seed: 7n,
  });
  const drained = original.serial.output.pipeTo(new WritableStream()).catch(() => {});
  await original.runTo(cut);
  const [twin] = (await original.fork(1, { identity: false })) as [Vm];
  const { id } = await original.snapshot({ store });
  const options = { identity: false, paused: true };
  const lazy = await host.restore(store, id, { ...options, lazy: true });
  const early = lazy.runTo(cut + 1n);
  const eager = await host.restore(store, id, { ...options, lazy: false });
  expect(await early).toBe('reached');
  expect(original.counts.steps).toBe(cut);
  const copies = [
    await at(twin, end, cut),
    await at(lazy, end, cut + 1n),
    await at(eager, end, cut),
  ];
  await original.runTo(end);
  const memory = await memoryHash(original.ram);
  expect(copies.map((copy) => copy.memory)).toEqual([memory, memory, memory]);
  expect(copies[1]).toEqual(copies[0]);
  expect(copies[2]).toEqual(copies[0]);
  expect(copies[0]).toMatchObject({
    steps: original.counts.steps,
    time: original.counts.time,
    instructions: original.counts.instructions,
  });
  await original[Symbol.asyncDispose]();
  await drained;
});
