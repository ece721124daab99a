import { expect, it } from 'vitest';
import { assemble } from '../../isa/assembler/assemble.js';
import { RAM_BASE } from '../../src/core/abi.js';
import { nodePlatform } from '../../src/node/platform.js';
import { nodeSnapshotTools } from '../../src/node/snapshots/tools.js';
import { MemoryObjects } from '../../src/snapshot/memory-objects.js';
import { SnapshotStore } from '../../src/snapshot/snapshot-store.js';
import { elfFile } from '../image-maker.js';
import { newHost } from '../integration/guest.js';

/** Objects that are read only when something else has happened. */
class LateObjects extends MemoryObjects {
  until: () => Promise<void> = async () => {};

  override async read(...where: Parameters<MemoryObjects['read']>) {
    await this.until();
    return super.read(...where);
  }
}

it('a VM that waits for its pages keeps no other from running', async () => {
  const bare = elfFile(assemble('1: addi a0, a0, 1; j 1b', { origin: RAM_BASE }).bytes);
  await using host = await newHost('32M');
  const create = async () => {
    const vm = await host.create({ guest: { bare }, memory: '1M' });
    await vm.start();
    return vm;
  };
  const passes = async (isOver: () => boolean) => {
    while (!isOver()) await nodePlatform.yieldToEvents();
  };
  const [one, other] = [await create(), await create()];
  const objects = new LateObjects();
  const store = new SnapshotStore(objects, nodeSnapshotTools);
  const { id } = await one.snapshot({ store });
  await one.stop();

  objects.until = async () => {
    const { steps } = other.counts;
    await passes(() => other.counts.steps > steps + 100_000n);
  };
  const again = await host.restore(store, id);
  const { steps } = again.counts;
  await passes(() => again.counts.steps > steps + 100_000n);
  expect(again.counts.exits.pages).toBeGreaterThan(0);
});
