/** What a host may do that no guest on a virtual clock may notice; looked at over a part of a boot. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LayoutValue, PAGE_SIZE, RAM_BASE } from '../../src/core/abi.js';
import type { Core } from '../../src/core/core.js';
import { VmTimeoutError } from '../../src/index.js';
import type { Host } from '../../src/vm/host.js';
import { randomNumbers } from '../core/random.js';
import { newHost, startGuest } from './guest.js';

/** Guest time, 10^9 steps each: by then the kernel has started its harts. */
const SECONDS = 0.5;
const MEMORY = 128 * 2 ** 20;

/** Boots for `SECONDS`; what was printed, counted and left in memory. */
async function tell(host: Host, cpus: number) {
  const { vm, text, log, ended } = await startGuest(host, {
    memory: MEMORY,
    cpus,
    clock: 'virtual',
    seed: 7,
    append: 'earlycon',
  });
  await expect(vm.wait({ timeout: SECONDS * 1000 })).rejects.toThrow(VmTimeoutError);
  await vm.stop();
  await ended;
  const { steps, instructions, tlbMisses, interrupts, exceptions } = await vm.summary();
  const memory = createHash('sha256').update(vm.ram.read(RAM_BASE, MEMORY)).digest('hex');
  const { read, write, fetch, global } = tlbMisses;
  const counts = { steps, instructions, interrupts, exceptions, read, write, fetch, global };
  return { console: log() + text(), memory, counts };
}

/** Each call of `core.run` is disturbed first, and may get fewer steps than it was to have. */
function disturb(core: Core, handle: () => number): void {
  const random = randomNumbers(1);
  const run = core.run.bind(core);
  core.run = (vm, budget, now, rate) => {
    if (random(7) === 0) void core.rebind();
    // Law 4: addresses may be dropped at any time; epochs begin when somebody wants to know.
    for (let n = 0; n < 20; n++) core.exports.vmDropAddresses(vm, random(MEMORY / PAGE_SIZE));
    if (random(20) === 0) core.exports.vmBeginEpoch(handle());
    const most = BigInt(1 + random(400_000));
    return run(vm, most < budget ? most : budget, now, rate);
  };
}

describe.each([1, 4])('Linux with %i harts', (cpus) => {
  it('does not notice how its host cuts budgets, replaces the core, places and drops pages', async () => {
    await using steady = await newHost('256M');
    const plain = await tell(steady, cpus);
    expect(plain.counts.steps).toBeGreaterThan(SECONDS * 990_000_000);
    expect(plain.console).toContain(cpus === 1 ? 'Linux version' : 'Brought up 1 node, 4 CPUs');

    await using host = await newHost('256M');
    const { core } = host;
    core.exports.hostSkipFrames(2 ** 31 / PAGE_SIZE - core.layout(LayoutValue.FirstFrame));
    let vm = 0;
    const create = core.createVm.bind(core);
    core.createVm = (...shape) => {
      vm = create(...shape);
      return vm;
    };
    disturb(core, () => vm);
    const disturbed = await tell(host, cpus);
    expect(vm).toBeGreaterThanOrEqual(2 ** 31 / PAGE_SIZE);
    expect(disturbed).toEqual(plain);
  });
});
